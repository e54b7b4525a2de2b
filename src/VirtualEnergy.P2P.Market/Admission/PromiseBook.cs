namespace VirtualEnergy.P2P.Market.Admission;

/// <summary>What the members of a community have promised elsewhere, and what that leaves of their local trade: of a member and period at most one promise.</summary>
/// <remarks>Not safe for concurrent use. Bounded by members: of each at most <see cref="MostOfAMember"/>.</remarks>
public sealed class PromiseBook
{
    /// <summary>A home that is called every two hours has no more in five days.</summary>
    public const int MostOfAMember = 64;

    // A release is remembered as long as the periods last, so that the promise said again does not bind anew.
    private readonly Dictionary<MemberId, List<(HomePromise Promise, bool IsReleased)>> _promises = [];

    /// <summary>What a period leaves a member; null where she has promised nothing in it.</summary>
    public PromisedRoom? RoomOf(MemberId member, Period period)
    {
        foreach (var (promise, isReleased) in Of(member))
        {
            if (!isReleased && promise.Covers(period))
            {
                return promise.RoomIn(period);
            }
        }

        return null;
    }

    /// <summary>Whether this very promise counts already.</summary>
    public bool Has(HomePromise promise) => Of(promise.Member).Any(known => !known.IsReleased && known.Promise.Equals(promise));

    /// <summary>The promise of an order that counts; null where there is none.</summary>
    public HomePromise? Find(MemberId member, MemberId bsp, long id) =>
        Of(member).Where(known => !known.IsReleased && known.Promise.Bsp == bsp && known.Promise.Id == id).Select(known => known.Promise).FirstOrDefault();

    /// <param name="promise">Signed by its home.</param>
    /// <param name="firstOpen">The first period whose gate is not closed.</param>
    /// <param name="standing">The member's bids that count in the open round, or will if they become durable.</param>
    /// <returns>Null where it may be kept.</returns>
    public PromiseRefusal? Objection(HomePromise promise, Period firstOpen, IEnumerable<Bid> standing)
    {
        if (promise.First < firstOpen)
        {
            return PromiseRefusal.GateClosed;
        }

        var known = Of(promise.Member);
        if (known.Any(other => other.IsReleased && other.Promise.IsSameOrder(promise)))
        {
            return PromiseRefusal.Released;
        }

        if (known.Any(other => !other.IsReleased && (other.Promise.Overlaps(promise) || other.Promise.IsSameOrder(promise))))
        {
            return PromiseRefusal.Overlaps;
        }

        return known.Count(other => other.Promise.End > firstOpen) >= MostOfAMember ? PromiseRefusal.TooMany
            : standing.Any(bid => promise.Covers(bid.Period) && !promise.RoomIn(bid.Period).Admits(bid)) ? PromiseRefusal.BidStands
            : null;
    }

    /// <summary>It counts from now on.</summary>
    public void Keep(HomePromise promise, Period firstOpen)
    {
        if (!_promises.TryGetValue(promise.Member, out var known))
        {
            _promises[promise.Member] = known = [];
        }

        _ = known.RemoveAll(other => other.Promise.End <= firstOpen);
        known.Add((promise, false));
    }

    /// <summary>It never counted.</summary>
    public void TakeBack(HomePromise promise) => Of(promise.Member).RemoveAll(known => !known.IsReleased && known.Promise.Equals(promise));

    /// <summary>The provider has let the home go: it binds no more.</summary>
    public void Release(HomePromise promise)
    {
        var known = Of(promise.Member);
        var place = known.FindIndex(other => !other.IsReleased && other.Promise.Equals(promise));
        if (place >= 0)
        {
            known[place] = (promise, true);
        }
    }

    private List<(HomePromise Promise, bool IsReleased)> Of(MemberId member) => _promises.GetValueOrDefault(member) ?? [];
}
