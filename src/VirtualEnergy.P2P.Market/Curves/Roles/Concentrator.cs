using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// Stands for its agents towards the level above: sends their sum up under its own bid number, and turns the price for that
/// number into prices for the bids that the sum was made of. Agents may be concentrators, to any depth.
/// </summary>
/// <remarks>
/// A bounded number of bids is remembered. Once one was answered, the earlier ones are forgotten, so that a price overtaken on
/// its way changes nothing. With peak shaving the sum is clipped on its way up and the price moved on its way down. Source:
/// PowerMatcher 2.1, <c>Concentrator</c> and <c>PeakShavingConcentrator</c>.
/// </remarks>
public sealed class Concentrator
{
    private readonly Queue<Sent> _sent = new();
    private readonly AgentBook _agents;
    private readonly UpdateLimit _limit;
    private readonly PeakShaving? _shaving;
    private readonly int _remembered;
    private long _bidNumber;
    private Demand _allocated;
    private Demand _uncontrolled;

    /// <param name="agents">Its own; nobody else changes it.</param>
    /// <param name="shaving">Null to send the sum as it is.</param>
    /// <param name="remembered">How many unanswered bids it can still translate a price for; positive.</param>
    public Concentrator(AgentBook agents, UpdateLimit limit, PeakShaving? shaving = null, int remembered = 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(remembered);
        (_agents, _limit, _shaving, _remembered) = (agents, limit, shaving, remembered);
    }

    /// <summary>An agent's bid; null, or why it was refused.</summary>
    public BidRefusal? Bid(string agent, NumberedCurve bid, long now)
    {
        var refusal = _agents.Bid(agent, bid, now);
        if (refusal is null)
        {
            _limit.Ask();
        }

        return refusal;
    }

    /// <summary>An agent has left or its connection is gone.</summary>
    public void Leave(string agent)
    {
        if (_agents.Leave(agent))
        {
            _limit.Ask();
        }
    }

    /// <summary>The flow at the cable, now; what the agents were not allocated of it is not theirs to shave.</summary>
    public void Measured(Demand flow)
    {
        _uncontrolled = PeakShaving.UncontrolledFlow(flow, _allocated);
        _limit.Ask();
    }

    /// <summary>The bid to send up; null when nothing changed or it is too early.</summary>
    public NumberedCurve? Update(long now)
    {
        if (_agents.Expire(now))
        {
            _limit.Ask();
        }

        if (!_limit.TryTake(now))
        {
            return null;
        }

        var aggregate = _agents.Aggregate;
        var bid = new NumberedCurve(++_bidNumber, _shaving?.Clip(aggregate, _uncontrolled) ?? aggregate);
        if (_sent.Count == _remembered)
        {
            _sent.Dequeue();
        }

        _sent.Enqueue(new Sent(bid, aggregate, _agents.Snapshot()));
        return bid;
    }

    /// <summary>
    /// The prices for the agents whose bids the answered one stood for, with the numbers of those bids; none for an unknown
    /// number or a price off the basis.
    /// </summary>
    public ImmutableArray<PriceFor> Translate(NumberedPrice price)
    {
        if (!_agents.Basis.Contains(price.Price) || !_sent.Any(sent => sent.Bid.BidNumber == price.BidNumber))
        {
            return [];
        }

        while (_sent.Peek().Bid.BidNumber < price.BidNumber)
        {
            _sent.Dequeue();
        }

        var answered = _sent.Peek();
        var index = _agents.Basis.IndexOf(price.Price);
        var moved = _shaving is null ? index : PeakShaving.PriceFor(answered.Aggregate, answered.Bid.Curve, index);
        var passedOn = moved == index ? price.Price : _agents.Basis.PriceOf(moved);
        _allocated = answered.Aggregate[moved];
        return [.. from bid in answered.Bids where bid.Member.IsHere select new PriceFor(bid.Member.Agent, new NumberedPrice(bid.BidNumber, passedOn))];
    }

    private sealed record Sent(NumberedCurve Bid, DemandCurve Aggregate, ImmutableArray<(AgentBook.Membership Member, long BidNumber)> Bids);
}
