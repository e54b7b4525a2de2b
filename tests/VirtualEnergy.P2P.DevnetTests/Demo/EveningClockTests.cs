using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>In which order an instant of the demo's market happens. Homes tell, and the gateway is done, only when they have been asked for three times.</summary>
public sealed class EveningClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 6, 21, 17, 0, 0, TimeSpan.Zero);

    private readonly DrivenTime _homes = new(Start);
    private readonly DrivenTime _gateway = new(Start);
    private readonly List<string> _events = [];
    private int _sets;
    private int _asked;

    public EveningClockTests()
    {
        _homes.Advanced += instant => _events.Add($"homes {Seconds(instant)}");
        _gateway.Advanced += instant =>
        {
            _events.Add($"gateway {Seconds(instant)}");
            _sets++;
        };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Homes_have_told_before_the_cycle_begins_and_have_answered_before_the_next()
    {
        var clock = Clock();
        await clock.AdvanceToAsync(Start.AddSeconds(4), Cancellation);
        Assert.Equal(["gateway 3.999", "homes 4", "told -0.001 to 3.999", "gateway 4", "done 4"], _events);

        _events.Clear();
        await clock.AdvanceToAsync(Start.AddSeconds(8), Cancellation);
        Assert.Equal(["gateway 7.999", "homes 8", "told 3.999 to 7.999", "gateway 8", "done 8"], _events);
    }

    [Fact]
    public async Task Cycles_that_are_left_out_are_made_good_by_one_before_homes_tell()
    {
        await Clock().AdvanceToAsync(Start.AddMinutes(15), Cancellation);
        Assert.Equal(["gateway 899.999", "done 899.999", "homes 900", "told -0.001 to 899.999", "gateway 900", "done 900"], _events);
    }

    [Fact]
    public async Task An_instant_that_is_over_changes_nothing()
    {
        await Clock().AdvanceToAsync(Start, Cancellation);
        Assert.Empty(_events);
    }

    private static string Seconds(DateTimeOffset instant) => (instant - Start).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private EveningClock Clock() => new(
        _homes, _gateway, () => _sets, (since, at) => IsAskedOften($"told {Seconds(since)} to {Seconds(at)}"), instant => IsAskedOften($"done {Seconds(instant)}"), () => true, Assert.Fail);

    private bool IsAskedOften(string what)
    {
        if (++_asked % 3 != 0)
        {
            return false;
        }

        _events.Add(what);
        return true;
    }
}
