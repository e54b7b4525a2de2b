using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What a unit's homes were told and what they did, added up over a settlement period; at its end it goes to the books, beside what was ordered.</summary>
internal sealed class DeliveryAccount(UnitOptions unit, ImmutableArray<HomeDescription> homes, GatewayBooks books)
{
    private const long WattMillisecondsPerWattHour = 3_600_000;

    private readonly PeriodMeter _meter = new(homes.Length);
    private readonly long[] _told = new long[homes.Length * 2];
    private Period? _period;

    /// <summary>From one instant to the next the homes had these powers and were told these regulations.</summary>
    public void Add(DateTimeOffset from, DateTimeOffset to, ImmutableArray<HomeState> states, ReadOnlySpan<long> asked, Func<HomeState, bool> isFresh)
    {
        // A cycle belongs to the period in which it began; cycles are short beside periods.
        var period = books.Profile.Grid.At(from);
        if (_period is { } before && before != period)
        {
            Close(before, from);
        }

        _period = period;
        var milliseconds = (to - from).Ticks / TimeSpan.TicksPerMillisecond;
        _meter.Add(milliseconds, states.AsSpan(), isFresh);
        for (var home = 0; home < asked.Length; home++)
        {
            _told[2 * home + (asked[home] < 0 ? 0 : 1)] += Math.Abs(asked[home]) * milliseconds;
        }
    }

    private void Close(Period period, DateTimeOffset now)
    {
        var energies = _meter.Close();
        var day = books.Baseline(new UnitId(unit.Id), MarketDay.Of(period, books.Profile.Grid));
        foreach (var direction in (RegulationDirection[])[RegulationDirection.Up, RegulationDirection.Down])
        {
            var side = direction == RegulationDirection.Up ? 0 : 1;
            // Without a frozen baseline and an accepted offer there is nothing that the operator would pay by.
            if (day is not null && books.Offer(new UnitId(unit.Id), period, direction) is { Accepted.IsEmpty: false } offer
                && books.Ordered(new UnitId(unit.Id), period, direction) is var owed && owed > Energy.Zero)
            {
                books.Deliver(new UnitPeriod(new UnitId(unit.Id), period, direction, Ordered(offer, owed), Deliveries(day, period, energies, side)), now);
            }
        }

        Array.Clear(_told);
    }

    private ImmutableArray<PointDelivery> Deliveries(Bsp.Baselines.FrozenBaseline day, Period period, ImmutableArray<HomeEnergy> energies, int side)
    {
        var frozen = day.Points.ToDictionary(point => point.Point);
        var index = (int)(period.Index - day.Day.First(books.Profile.Grid).Index);
        return
        [
            .. homes.Select((description, home) => (description.Home, home)).Where(one => frozen.ContainsKey(one.Home.Pod)).Select(one => new PointDelivery(
                one.Home.Pod, one.Home.Member, frozen[one.Home.Pod].Energies[index], energies[one.home].Measured, new Energy(_told[2 * one.home + side] / WattMillisecondsPerWattHour),
                side == 0 ? one.Home.UpAsk : one.Home.DownAsk)),
        ];
    }

    // The operator calls the best step first; what was owed fills the steps in that order.
    private ImmutableArray<OrderedEnergy> Ordered(BookedOffer offer, Energy owed)
    {
        var ordered = ImmutableArray.CreateBuilder<OrderedEnergy>();
        foreach (var step in offer.Accepted)
        {
            var energy = Energy.Min(owed, new Energy(step.Watts * books.Profile.Grid.LengthSeconds / 3_600));
            owed -= energy;
            ordered.Add(new OrderedEnergy(energy, step.Price));
        }

        return ordered.ToImmutable();
    }
}
