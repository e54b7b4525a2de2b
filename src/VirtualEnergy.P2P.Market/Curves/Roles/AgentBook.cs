using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// The agents below a concentrator or an auctioneer, each with its latest bid. A bid counts until the agent's next one, until
/// the agent leaves, or until it expires.
/// </summary>
/// <remarks>
/// Agents are known by identity; that the identity is the sender's is for the transport to establish. An agent's last number is
/// kept until every bid that it has signed is over, so that none of them can be said again after it has left. Not for several
/// threads at once. Times are ms on one clock that does not go back.
/// </remarks>
public sealed class AgentBook
{
    private readonly Dictionary<MemberId, Entry> _entries = [];
    private readonly CurveCluster _cluster;
    private readonly AgentBookRules _rules;

    public AgentBook(MarketBasis basis, AgentBookRules rules)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rules.BidLifetime, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rules.MostAgents, nameof(rules));
        if ((Int128)basis.MaximumPrice - basis.MinimumPrice < basis.PriceSteps - 1)
        {
            throw new ArgumentException("Every price step is at least one unit of the price: a price on its way down names its step.", nameof(basis));
        }

        (_cluster, _rules) = (new CurveCluster(basis, rules.MostDemand), rules);
    }

    public MarketBasis Basis => _cluster.Basis;

    /// <summary>Agents with a bid that counts.</summary>
    public int Count => _cluster.Count;

    /// <summary>The sum of the bids that count.</summary>
    public DemandCurve Aggregate => _cluster.ToCurve();

    /// <summary>True when the agent has a bid that counts.</summary>
    public bool Has(MemberId agent) => _entries.TryGetValue(agent, out var entry) && entry.Slot is not null;

    /// <summary>Takes in an agent's bid in place of its last. The same bid once more changes nothing.</summary>
    /// <param name="isNew">The bids that count have changed.</param>
    /// <returns>Why not, or null. After a refusal everything is as before, the agent's last bid too.</returns>
    public CurveRefusal? Bid(MemberId agent, NumberedCurve bid, long now, out bool isNew)
    {
        isNew = false;
        var known = _entries.GetValueOrDefault(agent);
        if (Objection(agent, known, bid, now) is { } objection)
        {
            return objection;
        }

        if (known is not null && bid.BidNumber == known.Bid.BidNumber)
        {
            return null;
        }

        var slot = known?.Slot ?? -1;
        if (!(slot >= 0 ? _cluster.TryReplace(slot, bid.Curve, out var fault) : _cluster.TryAdd(bid.Curve, out slot, out fault)))
        {
            return new CurveRefusal(fault.Code());
        }

        known ??= _entries[agent] = new Entry();
        (known.Bid, known.Slot, isNew) = (bid, slot, true);
        known.CountsUntil = Math.Min(bid.ExpiresAt, now + _rules.BidLifetime);
        known.KnownUntil = Math.Max(known.KnownUntil, bid.ExpiresAt);
        return null;
    }

    /// <summary>Takes the agent's bid out.</summary>
    /// <param name="number">Above the agent's last, as a bid's; earlier bids that come late no longer count.</param>
    /// <returns>False when it had none, or the number is an old one.</returns>
    public bool Leave(MemberId agent, long number)
    {
        if (!_entries.TryGetValue(agent, out var entry) || number <= entry.Bid.BidNumber)
        {
            return false;
        }

        entry.Bid = entry.Bid with { BidNumber = number };
        return TakeOut(entry);
    }

    /// <summary>Takes out the bids whose time is over.</summary>
    /// <returns>True when there were any.</returns>
    public bool Expire(long now)
    {
        var isChanged = false;
        foreach (var (agent, entry) in _entries)
        {
            isChanged |= now >= entry.CountsUntil && TakeOut(entry);
            if (entry.Slot is null && now >= entry.KnownUntil)
            {
                _entries.Remove(agent);
            }
        }

        return isChanged;
    }

    /// <summary>The bids that the aggregate stands for, in no particular order.</summary>
    internal ImmutableArray<AgentBid> Snapshot() =>
        [.. from entry in _entries where entry.Value.Slot is not null select new AgentBid(entry.Key, entry.Value.Bid.BidNumber, entry.Value.Bid.Curve)];

    /// <summary>The prices that say something new to agents that are still here; they then count as told.</summary>
    internal ImmutableArray<PriceFor> Answer(IEnumerable<AgentBid> bids, long price)
    {
        var answers = ImmutableArray.CreateBuilder<PriceFor>();
        foreach (var bid in bids)
        {
            var answer = new NumberedPrice(bid.BidNumber, price);
            if (_entries.TryGetValue(bid.Agent, out var entry) && entry.Slot is not null && entry.Answer != answer)
            {
                entry.Answer = answer;
                answers.Add(new PriceFor(bid.Agent, answer));
            }
        }

        return answers.ToImmutable();
    }

    /// <summary>A price did not get through: the next one is new to the agent, whatever it is.</summary>
    internal void NotTold(MemberId agent)
    {
        if (_entries.TryGetValue(agent, out var entry))
        {
            entry.Answer = null;
        }
    }

    private CurveRefusal? Objection(MemberId agent, Entry? known, NumberedCurve bid, long now)
    {
        if (_rules.Whitelist?.Contains(agent) == false)
        {
            return CurveRefusal.NotAllowed;
        }

        if (known is null && _entries.Count >= _rules.MostAgents)
        {
            return CurveRefusal.Full;
        }

        if (known is not null && (bid.BidNumber < known.Bid.BidNumber || (bid.BidNumber == known.Bid.BidNumber && !bid.Equals(known.Bid))))
        {
            return CurveRefusal.StaleNumber(known.Bid.BidNumber);
        }

        return bid.ExpiresAt <= now ? CurveRefusal.Expired : bid.ExpiresAt - now > 2 * _rules.BidLifetime ? CurveRefusal.ExpiryTooFar : null;
    }

    private bool TakeOut(Entry entry)
    {
        if (entry.Slot is not { } slot)
        {
            return false;
        }

        _cluster.Remove(slot);
        (entry.Slot, entry.Answer) = (null, null);
        return true;
    }

    private sealed class Entry
    {
        /// <summary>The last one, whether it still counts or not.</summary>
        public NumberedCurve Bid { get; set; }

        /// <summary>Null when it does not count any more.</summary>
        public int? Slot { get; set; }

        public long CountsUntil { get; set; }

        public long KnownUntil { get; set; }

        public NumberedPrice? Answer { get; set; }
    }
}

/// <summary>An agent's bid as a sum of bids stands for it.</summary>
internal readonly record struct AgentBid(MemberId Agent, long BidNumber, DemandCurve Curve);
