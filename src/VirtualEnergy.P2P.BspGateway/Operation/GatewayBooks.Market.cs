using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <content>What is planned and sold: programs, frozen baselines and who counts, offers and what became of them.</content>
internal sealed partial class GatewayBooks
{
    /// <summary>All offers that are kept.</summary>
    public ImmutableArray<BookedOffer> Offers
    {
        get
        {
            lock (_lock)
            {
                return [.. _offers.All];
            }
        }
    }

    /// <summary>A point's program of a day comes in.</summary>
    public Objection? Propose(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Enter(
        new ProgramEntry(now, pod.Value, day.Date, [.. energies.Select(energy => energy.WattHours)]), () => Apply(pod, day, energies, now));

    public Objection? Freeze(UnitId unit, MarketDay day, DateTimeOffset now) => Enter(
        new FreezeEntry(now, unit.Value, day.Date), () => _baselines.Freeze(Portfolio.Unit(unit)!, day, now).Refusal);

    /// <summary>Names who counts in a period, until it begins; the same again is not written down.</summary>
    public Objection? Name(UnitId unit, Period period, ImmutableArray<PodCode> points, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_rosters.Find(unit, period) is { } known && known.Points.ToHashSet().SetEquals(points))
            {
                return null;
            }
        }

        return Enter(new RosterEntry(now, unit.Value, period.Index, [.. points.Select(point => point.Value)]), () => _rosters.Name(unit, period, points, now));
    }

    public Objection? Offer(OfferId id, UnitOffer offer, DateTimeOffset now) => Enter(
        new OfferEntry(now, id.Value, offer.Unit.Value, offer.Period.Index, offer.Direction, [.. offer.Steps.Select(step => new StepLine(step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Submit(id, offer, now));

    /// <summary>Takes an offer back that has no result.</summary>
    public Objection? Withdraw(OfferId id, DateTimeOffset now) => Enter(new WithdrawalEntry(now, id.Value), () => _offers.Withdraw(id, now));

    public ResultIntake Take(MarketResult result, DateTimeOffset now) => Enter(
        new ResultEntry(now, result.Id, result.Offer.Value, [.. result.Steps.Select(step => new ResultLine(step.Step, step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Take(result, now));

    public FrozenBaseline? Baseline(UnitId unit, MarketDay day)
    {
        lock (_lock)
        {
            return _baselines.Find(unit, day);
        }
    }

    /// <summary>Who counts in the periods of a day for which it was named, rising.</summary>
    public ImmutableArray<UnitRoster> Rosters(UnitId unit, MarketDay day)
    {
        lock (_lock)
        {
            return _rosters.Of(unit, day);
        }
    }

    public BookedOffer? Offer(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _offers.Current(unit, period, direction);
        }
    }

    /// <summary>All offers for a unit, period and direction, in the order in which they were made.</summary>
    public ImmutableArray<BookedOffer> Made(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return [.. _offers.Made(unit, period, direction)];
        }
    }

    /// <summary>The steps that the operator took, best for it first.</summary>
    public ImmutableArray<AcceptedStep> Accepted(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _offers.Accepted(unit, period, direction);
        }
    }

    public BookedOffer? Offer(OfferId id)
    {
        lock (_lock)
        {
            return _offers.Find(id);
        }
    }

    /// <summary>Until when a power is sold without a gap from an instant on, at the longest that an order may last; the instant itself where it is not sold.</summary>
    public DateTimeOffset SoldUntil(string unit, RegulationDirection direction, long watts, DateTimeOffset from, bool withoutOffers)
    {
        var most = from + Ramp + Terms.MaximumHold;
        if (withoutOffers)
        {
            return most;
        }

        lock (_lock)
        {
            var period = Profile.Grid.At(from);
            while (Profile.Grid.StartOf(period) < most && _offers.AcceptedWatts(new UnitId(unit), period, direction) >= watts)
            {
                period = period.Next;
            }

            var until = Profile.Grid.StartOf(period);
            return until < from ? from : until < most ? until : most;
        }
    }

    private Objection? Apply(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Portfolio.Point(pod) is null
        ? new("unknown-point", $"{pod} is not in the portfolio.") : _baselines.Propose(new PointBaseline(pod, day, energies), now);
}
