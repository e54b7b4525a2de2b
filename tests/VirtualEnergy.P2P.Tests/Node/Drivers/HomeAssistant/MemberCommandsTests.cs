using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.HomeAssistant;

public sealed class MemberCommandsTests
{
    [Theory]
    [InlineData("pause", "ON", true, null, null)]
    [InlineData("pause", "OFF", false, null, null)]
    [InlineData("most_price", "25", false, 250_000L, null)]
    [InlineData("most_price", "25.25", false, 252_500L, null)]
    [InlineData("most_price", "100.0", false, null, null)]
    [InlineData("most_a_day", "0", false, null, 0L)]
    [InlineData("most_a_day", "1.5", false, null, 1_500_000L)]
    [InlineData("most_a_day", "100", false, null, null)]
    public void A_command_within_its_bounds_is_taken(string entity, string payload, bool paused, long? price, long? day)
    {
        Assert.True(MemberCommands.TryRead(entity, Encoding.ASCII.GetBytes(payload), out var change, out _));
        Assert.Equal(new MemberLimits(paused, price is { } most ? new Price(most) : null, day is { } money ? new Money(money) : null), change(default));
    }

    [Theory]
    [InlineData("pause", "on")]
    [InlineData("pause", "")]
    [InlineData("pause", "ON\n")]
    [InlineData("most_price", "-1")]
    [InlineData("most_price", "100.01")]
    [InlineData("most_price", "12.345")]
    [InlineData("most_price", "NaN")]
    [InlineData("most_price", "1e308")]
    [InlineData("most_price", "1,5")]
    [InlineData("most_price", " 5")]
    [InlineData("most_price", "٣")]
    [InlineData("most_a_day", "Infinity")]
    [InlineData("most_a_day", "00000000000000000000000000000001")]
    [InlineData("current_price", "1")]
    [InlineData("../pause", "ON")]
    public void Every_other_command_is_refused_with_a_reason_that_does_not_repeat_it(string entity, string payload)
    {
        Assert.False(MemberCommands.TryRead(entity, Encoding.UTF8.GetBytes(payload), out var change, out var refusal));
        Assert.Null(change);
        Assert.NotEmpty(refusal);
        Assert.True(payload.Length < 3 || !refusal.Contains(payload, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_shown_is_what_a_command_would_set()
    {
        var limits = new MemberLimits(true, new Price(252_500), new Money(1_500_000));
        foreach (var entity in (string[])[NodeEntities.Pause, NodeEntities.MostPrice, NodeEntities.MostADay])
        {
            Assert.True(MemberCommands.TryRead(entity, Encoding.ASCII.GetBytes(MemberCommands.Show(entity, limits)), out var change, out _));
            Assert.Equal(limits, change(limits));
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_and_never_throw()
    {
        var random = new Random(5);
        string[] entities = [NodeEntities.Pause, NodeEntities.MostPrice, NodeEntities.MostADay, "x"];
        const string Likely = "0123456789.-eONF ";
        var taken = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(20)];
            for (var at = 0; at < bytes.Length; at++)
            {
                bytes[at] = random.Next(10) == 0 ? (byte)random.Next(256) : (byte)Likely[random.Next(Likely.Length)];
            }

            taken += MemberCommands.TryRead(entities[i % 4], bytes, out var change, out _) ? 1 : 0;
            if (change is not null)
            {
                Assert.True(change(default) is { MostPrice: null or { MicroEurPerKWh: >= 0 and < 1_000_000 }, MostADay: null or { MicroEur: >= 0 and < 100_000_000 } });
            }
        }

        Assert.InRange(taken, 100, 10_000);
    }
}
