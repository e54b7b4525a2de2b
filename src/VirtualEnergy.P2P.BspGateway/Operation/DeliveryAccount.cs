using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What a unit's homes were told and what they did, added up over a settlement period; at its end it goes to the books, beside what was ordered.</summary>
/// <remarks>
/// While an order holds, a checkpoint is kept every minute. What was measured after the last one before a stop, and during the stop, is lost: it counts as not measured, the baseline
/// stands in for it, and so nothing of it was delivered. Periods of an order that went by while nothing ran at all are settled so as well.
/// </remarks>
internal sealed class DeliveryAccount
{
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(1);
    private static readonly RegulationDirection[] Directions = [RegulationDirection.Up, RegulationDirection.Down];

    private readonly UnitId _unit;
    private readonly ImmutableArray<HomeDescription> _homes;
    private readonly GatewayBooks _books;
    private readonly DurableLines _kept;
    private readonly PeriodMeter _meter;

    /// <summary>What homes were promised for a kWh in the period, where they were promised something.</summary>
    private readonly (Price? Up, Price? Down)[] _asks;
    private DateTimeOffset? _checked;
    private Period? _period;

    public DeliveryAccount(UnitOptions unit, ImmutableArray<HomeDescription> homes, GatewayBooks books)
    {
        _asks = new (Price?, Price?)[homes.Length];
        (_unit, _homes, _books, _kept, _meter) = (new UnitId(unit.Id), homes, books, books.Meter(unit.Id), new PeriodMeter(homes.Length));
        if (MeterCheckpoint.Last(_kept.Written.Span, out var whole) is { } checkpoint)
        {
            var sums = checkpoint.Homes.GroupBy(home => home.Pod).ToDictionary(home => home.Key, home => home.Last());
            _period = new Period(checkpoint.Period);
            _meter.Restore(checkpoint.Milliseconds, homes.Select(home => sums.TryGetValue(home.Home.Pod.Value, out var sum) ? new HomeSum(sum.Measured, sum.Milliseconds, sum.ToldUp, sum.ToldDown) : default));
        }

        _kept.Keep(whole);
    }

    /// <summary>Milliseconds of the running period that were measured.</summary>
    public long Measured => _meter.Milliseconds;

    /// <summary>From one instant to the next the homes had these powers and were told these regulations.</summary>
    public void Add(DateTimeOffset from, DateTimeOffset to, ImmutableArray<HomeState> states, ReadOnlySpan<long> asked, Func<HomeState, bool> isFresh)
    {
        // A cycle belongs to the period in which it began; cycles are short beside periods.
        var period = _books.Profile.Grid.At(from);
        if (_period != period)
        {
            Close(period, from);
            _period = period;
        }

        for (var home = 0; home < _asks.Length; home++)
        {
            _asks[home] = (states[home].UpAsk ?? _asks[home].Up, states[home].DownAsk ?? _asks[home].Down);
        }

        _meter.Add((to - from).Ticks / TimeSpan.TicksPerMillisecond, states.AsSpan(), asked, isFresh);
        if ((_checked is not { } last || to - last >= CheckpointEvery) && Array.Exists(Directions, direction => _books.Ordered(_unit, period, direction) > Energy.Zero))
        {
            _kept.Append(new MeterCheckpoint(period.Index, _meter.Milliseconds, [.. _meter.Sums.Select((sum, home) => new CheckpointLine(
                _homes[home].Home.Pod.Value, sum.Measured, sum.Milliseconds, sum.ToldUp, sum.ToldDown))]).Write());
            _checked = to;
        }
    }

    // Everything that was ordered before a period is settled: the one that was measured, and what went by unseen.
    private void Close(Period before, DateTimeOffset now)
    {
        var (grid, measured) = (_books.Profile.Grid, TimeSpan.FromMilliseconds(_meter.Milliseconds));
        var homes = _meter.Close();
        var byPod = homes.Select((home, index) => (_homes[index].Home, home, Asks: _asks[index])).ToDictionary(home => home.Home.Pod);
        if (_period is { } closed && measured > TimeSpan.Zero)
        {
            _books.Measure(closed, byPod.Values.Where(home => home.home.Reading is not null).Select(home => (home.Home.Pod, home.home.Reading!.Value)), now);
        }

        // Whom a grid operator has called is settled when it settles.
        if (_period is { } called && measured > TimeSpan.Zero && _books.Beside(_unit, grid.StartOf(called)) is var owed and not 0)
        {
            var direction = owed < 0 ? RegulationDirection.Up : RegulationDirection.Down;
            _books.KeepForGrid(_unit, called, direction, pod => byPod.TryGetValue(pod, out var home) ? (home.home.Told(direction), Ask(home.Home, home.Asks, direction)) : (Energy.Zero, default), now);
        }

        foreach (var direction in Directions)
        {
            foreach (var period in _books.Unsettled(_unit, direction, before))
            {
                var isMeasured = period == _period;
                var ordered = Ordered(period, direction);
                // Without a frozen baseline and an accepted offer there is nothing that the operator would pay by.
                if (ordered.IsEmpty || _books.Baseline(_unit, MarketDay.Of(period, grid)) is null)
                {
                    continue;
                }

                var deliveries = _books.Deliveries(_unit, period, direction, pod => byPod.TryGetValue(pod, out var home)
                    ? (isMeasured ? home.home.Told(direction) : Energy.Zero, Ask(home.Home, home.Asks, direction)) : (Energy.Zero, default));
                var missing = TimeSpan.FromSeconds(grid.LengthSeconds) - (isMeasured ? measured : TimeSpan.Zero);
                _books.Deliver(new UnitPeriod(_unit, period, direction, ordered, deliveries), now, missing > TimeSpan.Zero ? missing : TimeSpan.Zero);
            }
        }

        _checked = null;
        Array.Clear(_asks);
        if (_kept.Length > 0)
        {
            _kept.Keep(0);
        }
    }

    private static Price Ask(HomeOptions home, (Price? Up, Price? Down) promised, RegulationDirection direction) =>
        direction == RegulationDirection.Up ? promised.Up ?? home.UpAsk : promised.Down ?? home.DownAsk;

    // The operator calls the best step first; what was owed fills the steps in that order.
    private ImmutableArray<OrderedEnergy> Ordered(Period period, RegulationDirection direction)
    {
        var owed = _books.Ordered(_unit, period, direction);
        var ordered = ImmutableArray.CreateBuilder<OrderedEnergy>();
        foreach (var step in _books.Accepted(_unit, period, direction))
        {
            var energy = Energy.Min(owed, new Energy(step.Watts * _books.Profile.Grid.LengthSeconds / 3_600));
            owed -= energy;
            ordered.Add(new OrderedEnergy(energy, step.Price));
        }

        return ordered.ToImmutable();
    }
}
