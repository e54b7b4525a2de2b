using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// The agents below a concentrator or an auctioneer, each with its latest bid. A bid counts until the agent's next one, until
/// the agent leaves, or until it expires.
/// </summary>
/// <remarks>
/// Agents are known by identity; that the identity is the sender's is for the transport to establish. Not for several threads
/// at once. Times are ms on one clock that does not go back.
/// </remarks>
public sealed class AgentBook
{
    private readonly Dictionary<string, Membership> _members = new(StringComparer.Ordinal);
    private readonly CurveCluster _cluster;
    private readonly ImmutableHashSet<string>? _whitelist;
    private readonly long _lifetime;
    private readonly int _most;

    /// <param name="whitelist">Who may bid; null for everyone.</param>
    /// <param name="lifetime">How long a bid counts, ms; positive.</param>
    /// <param name="most">The most agents at a time; positive.</param>
    public AgentBook(MarketBasis basis, ImmutableHashSet<string>? whitelist, long lifetime, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lifetime);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        (_cluster, _whitelist, _lifetime, _most) = (new CurveCluster(basis), whitelist, lifetime, most);
    }

    public MarketBasis Basis => _cluster.Basis;

    /// <summary>Agents with a bid that counts.</summary>
    public int Count => _members.Count;

    /// <summary>The sum of the bids that count.</summary>
    public DemandCurve Aggregate => _cluster.ToCurve();

    /// <summary>Takes in an agent's bid in place of its last.</summary>
    /// <returns>Why not, or null. After a refusal everything is as before, the agent's last bid too.</returns>
    public BidRefusal? Bid(string agent, NumberedCurve bid, long now)
    {
        if (_whitelist?.Contains(agent) == false)
        {
            return BidRefusal.NotAllowed;
        }

        if (!_members.TryGetValue(agent, out var member))
        {
            return Join(agent, bid, now);
        }

        if (bid.BidNumber <= member.BidNumber)
        {
            return BidRefusal.StaleNumber;
        }

        if (!_cluster.TryReplace(member.Slot, bid.Curve, out var fault))
        {
            return new BidRefusal(fault.Code());
        }

        (member.BidNumber, member.BidAt) = (bid.BidNumber, now);
        return null;
    }

    /// <summary>Takes the agent's bid out; when it joins again its numbers may begin anew.</summary>
    /// <returns>False when it had none.</returns>
    public bool Leave(string agent)
    {
        if (!_members.Remove(agent, out var member))
        {
            return false;
        }

        _cluster.Remove(member.Slot);
        member.IsHere = false;
        return true;
    }

    /// <summary>Takes out the bids whose time is over.</summary>
    /// <returns>True when there were any.</returns>
    public bool Expire(long now)
    {
        var expired = _members.Values.Where(member => now - member.BidAt >= _lifetime).Select(member => member.Agent).ToList();
        expired.ForEach(agent => Leave(agent));
        return expired.Count > 0;
    }

    /// <summary>Which bids the aggregate stands for, now.</summary>
    internal ImmutableArray<(Membership Member, long BidNumber)> Snapshot() => [.. _members.Values.Select(member => (member, member.BidNumber))];

    private BidRefusal? Join(string agent, NumberedCurve bid, long now)
    {
        if (_members.Count >= _most)
        {
            return BidRefusal.Full;
        }

        if (!_cluster.TryAdd(bid.Curve, out var slot, out var fault))
        {
            return new BidRefusal(fault.Code());
        }

        _members[agent] = new Membership(agent, slot) { BidNumber = bid.BidNumber, BidAt = now };
        return null;
    }

    /// <summary>From an agent's joining to its leaving: a number of one membership means nothing in the next.</summary>
    internal sealed class Membership(string agent, int slot)
    {
        public string Agent => agent;

        public int Slot => slot;

        public long BidNumber { get; set; }

        public long BidAt { get; set; }

        public bool IsHere { get; set; } = true;
    }
}
