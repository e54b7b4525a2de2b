using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class OnceLogTests
{
    private readonly KeptLog _log = new();

    [Fact]
    public void What_differs_in_a_number_or_an_id_alone_is_said_once()
    {
        var once = new OnceLog(_log);
        once.Warn("plug", "there is no instruction 4a732b27-9542-8fe6-b526-000000000003.");
        once.Warn("plug", "there is no instruction order-7.");
        once.Warn("plug", "there is no timer order-7.");
        once.Warn("meter", "there is no instruction 1.");
        Assert.Equal(["plug: there is no instruction 4a732b27-9542-8fe6-b526-000000000003. Said once.", "plug: there is no timer order-7. Said once.", "meter: there is no instruction 1. Said once."], _log.Warnings);
    }

    [Fact]
    public void A_device_that_makes_up_a_new_mistake_each_time_is_told_of_no_more_and_the_others_still_are()
    {
        var once = new OnceLog(_log);
        foreach (var letter in Enumerable.Range('a', 26))
        {
            once.Warn("liar", $"says {(char)letter}.");
        }

        once.Warn("plug", "is off.");
        Assert.Equal(OnceLog.MostAbout, _log.Count("liar: says"));
        Assert.Equal("liar: says p. Said once, and this is the last that is said of it.", _log.Warnings[OnceLog.MostAbout - 1]); // the sixteenth letter
        Assert.Equal("plug: is off. Said once.", _log.Warnings[^1]);
    }
}
