using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// Stands for its agents towards the level above: sends their sum up under its own bid number, and turns the price and the
/// allocation for that number into those for the bids that the sum was made of. Agents may be concentrators, to any depth.
/// </summary>
/// <remarks>
/// A bounded number of bids is remembered. A price for an earlier bid than the last answered was overtaken on its way and
/// changes nothing; an allocation is for the bid that counted at the period's close, which may be an earlier one. With peak
/// shaving the sum is clipped on its way up and the price moved on its way down. Source: PowerMatcher 2.1, <c>Concentrator</c>
/// and <c>PeakShavingConcentrator</c>. Not for several threads at once.
/// </remarks>
public sealed class Concentrator
{
    private readonly Queue<Sent> _sent = new();
    private readonly AgentBook _agents;
    private readonly UpdateLimit _limit;
    private readonly BidSeries _series;
    private readonly ShavedFlow? _shaving;
    private readonly int _remembered;
    private long _answered;
    private Period? _split;

    /// <param name="agents">Its own; nobody else changes it.</param>
    /// <param name="series">Counts its bids to the level above.</param>
    /// <param name="shaving">Null to send the sum as it is.</param>
    /// <param name="remembered">How many bids it can still translate a price or an allocation for; positive.</param>
    public Concentrator(AgentBook agents, UpdateLimit limit, BidSeries series, ShavedFlow? shaving = null, int remembered = 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(remembered);
        (_agents, _limit, _series, _shaving, _remembered) = (agents, limit, series, shaving, remembered);
    }

    /// <summary>When an update is due, ms; null while nothing is new.</summary>
    public long? DueAt => _limit.DueAt;

    /// <summary>An agent's bid; null, or why it was refused.</summary>
    public CurveRefusal? Bid(MemberId agent, NumberedCurve bid, long now)
    {
        var refusal = _agents.Bid(agent, bid, now, out var isNew);
        _limit.AskIf(isNew);
        return refusal;
    }

    /// <summary>An agent has left, with a number above its last bid's.</summary>
    public void Leave(MemberId agent, long number) => _limit.AskIf(_agents.Leave(agent, number));

    /// <summary>The level above has refused the last bid: the next goes above the number in the refusal, where there is one.</summary>
    public void Refused(CurveRefusal refusal)
    {
        _limit.AskIf(refusal.LastNumber >= _series.Last);
        _series.Pass(refusal.LastNumber ?? 0);
    }

    /// <summary>The level above was started again, or another one took its place: it has to hear the sum anew.</summary>
    public void Repeat() => _limit.Ask();

    /// <summary>An agent's price could not be delivered: the sum goes up anew, and the answer to it goes down to that agent again.</summary>
    public void NotTold(MemberId agent)
    {
        _agents.NotTold(agent);
        _limit.Ask();
    }

    /// <summary>The flow at the cable.</summary>
    /// <param name="at">When it was measured, ms.</param>
    /// <exception cref="InvalidOperationException">Without peak shaving.</exception>
    public void Measured(Demand flow, long at)
    {
        var shaving = _shaving ?? throw new InvalidOperationException("A flow is measured against a floor and a ceiling.");
        shaving.Measured(flow, at, _agents);
        _limit.Ask();
    }

    /// <summary>The bid to send up; null when nothing changed or it is too early.</summary>
    public NumberedCurve? Update(long now)
    {
        _limit.AskIf(_agents.Expire(now) || now >= _series.RenewAt);
        if (!_limit.TryTake(now))
        {
            return null;
        }

        var aggregate = _agents.Aggregate;
        var bid = _series.Next(_shaving?.Clip(aggregate) ?? aggregate, now);
        if (_sent.Count == _remembered)
        {
            _sent.Dequeue();
        }

        _sent.Enqueue(new Sent(bid, aggregate, _agents.Snapshot()));
        return bid;
    }

    /// <summary>
    /// The prices for the agents whose bids the answered one stood for, with the numbers of those bids; none for an unknown or
    /// overtaken number, for a price off the basis, and for what an agent has been told already.
    /// </summary>
    public ImmutableArray<PriceFor> Translate(NumberedPrice price, long now)
    {
        if (price.BidNumber < _answered || Find(price.BidNumber, price.Price) is not { } answered)
        {
            return [];
        }

        _answered = price.BidNumber;
        var index = StepFor(answered, price.Price);
        _shaving?.PassedOn(answered.Bids, index, now);
        return _agents.Answer(answered.Bids, PassedOn(price.Price, index));
    }

    /// <summary>
    /// What each agent takes of a period's allocation: together all of it, to the Wh. None for an unknown number or a price off
    /// the basis, for a period that is not after the last one, and for an energy that the bid did not offer at that price.
    /// </summary>
    /// <param name="seconds">The period's length.</param>
    public ImmutableArray<AllocationFor> Split(NumberedAllocation allocation, int seconds)
    {
        if (allocation.Period <= _split || Find(allocation.BidNumber, allocation.Price) is not { } answered)
        {
            return [];
        }

        var index = StepFor(answered, allocation.Price);
        var bids = answered.Bids.Sort((one, other) => one.Agent.CompareTo(other.Agent));
        if (!CurveAllocation.TryShare([.. bids.Select(bid => bid.Curve)], index, allocation.Energy, seconds, out var energies))
        {
            return [];
        }

        _split = allocation.Period;
        var price = PassedOn(allocation.Price, index);
        return [.. bids.Zip(energies, (bid, energy) => new AllocationFor(bid.Agent, new NumberedAllocation(bid.BidNumber, allocation.Period, price, energy)))];
    }

    private Sent? Find(long bidNumber, long price) =>
        _agents.Basis.Contains(price) ? _sent.FirstOrDefault(sent => sent.Bid.BidNumber == bidNumber) : null;

    private int StepFor(Sent answered, long price)
    {
        var index = _agents.Basis.IndexOf(price);
        return _shaving is null ? index : PeakShaving.PriceFor(answered.Aggregate, answered.Bid.Curve, index);
    }

    /// <summary>The price as it came, unless peak shaving has moved it to another step.</summary>
    private long PassedOn(long price, int index) => index == _agents.Basis.IndexOf(price) ? price : _agents.Basis.PriceOf(index);

    private sealed record Sent(NumberedCurve Bid, DemandCurve Aggregate, ImmutableArray<AgentBid> Bids);
}
