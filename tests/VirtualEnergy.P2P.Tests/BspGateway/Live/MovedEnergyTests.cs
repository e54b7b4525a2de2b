using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Tests.BspGateway.Operation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Live;

public sealed class MovedEnergyTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);

    private readonly HomeBoard _board = new([.. TestUnits.Options().Units[0].Customers[0].Homes.Select(home => new HomeDescription(home, "c", 0))]);
    private readonly MovedEnergy _moved;

    public MovedEnergyTests() => _moved = new MovedEnergy(_board, TimeSpan.FromSeconds(20));

    [Fact]
    public void Only_homes_that_are_asked_move_and_energies_add_up_over_cycles()
    {
        // 3,600 W less for two cycles of 4 s are 28,800 Ws, 8 Wh; the other moves as much of its own will.
        Measure(Start);
        _moved.Add(Start, []);
        for (var cycle = 1; cycle <= 2; cycle++)
        {
            Measure(Start.AddSeconds(4 * cycle));
            _moved.Add(Start.AddSeconds(4 * cycle), [(0, -3_000)]);
        }

        var home = Assert.Single(_moved.Read());
        Assert.Equal((TestUnits.Pod(1).Value, "Home 1", -3_600L, -8L), (home.Home, home.Name, home.Watts, home.WattHours));

        // It is let go: what it moved stays, and what it does from now on is its own.
        Measure(Start.AddSeconds(12));
        _moved.Add(Start.AddSeconds(12), []);
        home = Assert.Single(_moved.Read());
        Assert.Equal((0L, -8L), (home.Watts, home.WattHours));
    }

    [Fact]
    public void Nothing_is_counted_over_a_time_without_cycles_or_of_a_home_that_is_silent()
    {
        Measure(Start);
        _moved.Add(Start, [(0, -3_000)]);
        _moved.Add(Start.AddSeconds(900), [(0, -3_000)]); // both the cycle and the measurement are 15 minutes late
        _moved.Add(Start.AddSeconds(904), [(0, -3_000)]);
        Assert.Empty(_moved.Read());
    }

    private void Measure(DateTimeOffset at)
    {
        foreach (var home in (int[])[0, 1])
        {
            _board.Change(home, state => state with { MeasuredAt = at, PowerWatts = 400, BaselineWatts = 4_000 });
        }
    }
}
