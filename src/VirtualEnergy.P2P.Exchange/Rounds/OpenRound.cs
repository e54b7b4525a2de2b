using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// The round whose gate is open, and its bids. A bid is entered before it is durable, so that the next one of its member is
/// judged against it; closing waits until every entered bid is durable or taken out again.
/// </summary>
/// <remarks>Admission enters, the round clock opens and closes, everyone may look. Any thread may call.</remarks>
public sealed partial class OpenRound(MarketRules rules)
{
    private readonly Lock _lock = new();
    private readonly HashSet<MemberId> _awaited = [];
    private readonly Dictionary<MemberId, Standing> _standings = [];
    private readonly Dictionary<Hash256, JournalledBid> _known = [];
    private readonly RunningPrice _price = new(rules);
    private Period? _period;
    private DateTimeOffset? _gateClosesAt;
    private int _entering;
    private TaskCompletionSource _allDurable = Done();
    private TaskCompletionSource _everyone = NewSource();

    /// <summary>The period whose gate is open, or null between gates.</summary>
    public Period? Period
    {
        get
        {
            lock (_lock)
            {
                return _period;
            }
        }
    }

    public DateTimeOffset? GateClosesAt
    {
        get
        {
            lock (_lock)
            {
                return _gateClosesAt;
            }
        }
    }

    /// <summary>Members with a durable bid in the round.</summary>
    public int BidsReceived
    {
        get
        {
            lock (_lock)
            {
                return _standings.Count(standing => standing.Value.Counting is not null);
            }
        }
    }

    /// <summary>
    /// What the durable bids would come to if the gate closed now and, once it is closed and until the next one opens, what they do
    /// come to. Null where the rules or a bid ask for more than counting.
    /// </summary>
    public Indication? Indication
    {
        get
        {
            lock (_lock)
            {
                return _price.Current;
            }
        }
    }

    /// <summary>Opens the gate.</summary>
    /// <param name="period">The next period.</param>
    /// <param name="closesAt">At the latest.</param>
    /// <param name="active">The members whose bids end the waiting.</param>
    /// <param name="resumed">Bids that an earlier run admitted for the period, in the order of admission.</param>
    /// <returns>A task that is done when each of <paramref name="active"/> has bid.</returns>
    public Task Open(Period period, DateTimeOffset closesAt, IEnumerable<MemberId> active, IEnumerable<JournalledBid> resumed)
    {
        lock (_lock)
        {
            _standings.Clear();
            _known.Clear();
            _price.Clear();
            _awaited.Clear();
            _awaited.UnionWith(active);
            _everyone = NewSource();
            foreach (var bid in resumed)
            {
                Count(bid);
            }

            (_period, _gateClosesAt, _firstOpen) = (period, closesAt, period);
            CompleteWhenAllHaveBid();
            return _everyone.Task;
        }
    }

    /// <summary>The highest number that the member has in the round, durable or about to be.</summary>
    public long? LastNumber(MemberId member)
    {
        lock (_lock)
        {
            return _standings.TryGetValue(member, out var standing) ? standing.LastNumber : null;
        }
    }

    /// <summary>The bid of this hash, if it was admitted to the open round before.</summary>
    public JournalledBid? Find(Hash256 hash)
    {
        lock (_lock)
        {
            return _known.GetValueOrDefault(hash);
        }
    }

    /// <summary>Enters an admitted bid; false when the gate closed meanwhile, or its member has promised the energy elsewhere. Where it is true, later <see cref="Confirm"/> or <see cref="TakeBack"/>.</summary>
    public bool TryEnter(Bid bid)
    {
        lock (_lock)
        {
            if (_period != bid.Period || _promises.RoomOf(bid.Member, bid.Period)?.Admits(bid) == false)
            {
                return false;
            }

            _underWay.Add(bid);

            if (_entering++ == 0)
            {
                _allDurable = NewSource();
            }

            var standing = _standings.GetValueOrDefault(bid.Member) ?? new Standing();
            _standings[bid.Member] = standing with { LastNumber = Math.Max(bid.Number, standing.LastNumber ?? 0) };
            return true;
        }
    }

    /// <summary>The entered bids are durable: each counts, unless its member has a higher number already.</summary>
    public void Confirm(params IReadOnlyCollection<JournalledBid> bids)
    {
        lock (_lock)
        {
            foreach (var bid in bids)
            {
                Count(bid);
                _underWay.Remove(bid.Signed.Bid);
            }

            CompleteWhenAllHaveBid();
            Leave(bids.Count);
        }
    }

    /// <summary>The entered bid could not be made durable: it never was.</summary>
    public void TakeBack(Bid bid)
    {
        lock (_lock)
        {
            var standing = _standings[bid.Member];
            _standings[bid.Member] = standing with { LastNumber = standing.Counting?.Bid.Number };
            _underWay.Remove(bid);
            Leave(1);
        }
    }

    /// <summary>Closes the gate and returns the bids that count, one a member, by member, once all of them are durable.</summary>
    public async Task<ImmutableArray<SignedBid>> CloseAsync()
    {
        Task durable;
        lock (_lock)
        {
            _firstOpen = _period?.Next ?? _firstOpen;
            (_period, _gateClosesAt) = (null, null);
            durable = _allDurable.Task;
        }

        await durable;
        return Bids();
    }

    /// <summary>The durable bids that count at the moment, by member.</summary>
    public ImmutableArray<SignedBid> Bids()
    {
        lock (_lock)
        {
            return [.. _standings.Values.Select(standing => standing.Counting).OfType<SignedBid>().OrderBy(signed => signed.Bid.Member)];
        }
    }

    private void Count(JournalledBid bid)
    {
        var (member, number) = (bid.Signed.Bid.Member, bid.Signed.Bid.Number);
        var standing = _standings.GetValueOrDefault(member) ?? new Standing();
        _known[bid.Signed.Hash] = bid;
        _awaited.Remove(member);
        if (standing.Counting is not { } other || other.Bid.Number <= number)
        {
            _price.Replace(standing.Counting?.Bid, bid.Signed.Bid);
            standing = standing with { Counting = bid.Signed };
        }

        _standings[member] = standing with { LastNumber = Math.Max(number, standing.LastNumber ?? 0) };
    }

    private void CompleteWhenAllHaveBid()
    {
        if (_awaited.Count == 0)
        {
            _everyone.TrySetResult();
        }
    }

    private void Leave(int bids)
    {
        _entering -= bids;
        if (_entering == 0)
        {
            _allDurable.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Done()
    {
        var source = NewSource();
        source.SetResult();
        return source;
    }

    private sealed record Standing(long? LastNumber = null, SignedBid? Counting = null);
}
