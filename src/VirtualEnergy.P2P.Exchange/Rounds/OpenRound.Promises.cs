using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>What members have promised elsewhere, under the lock of their bids: of bid and promise for one kWh, whichever comes first is taken.</summary>
public sealed partial class OpenRound
{
    private readonly PromiseBook _promises = new();

    /// <summary>Bids that are entered and not durable yet: any of them may come to count.</summary>
    private readonly List<Bid> _underWay = [];

    /// <summary>The first period whose gate is not closed; null before a round was opened, when its bids from before are not here yet.</summary>
    private Period? _firstOpen;

    /// <summary>What a member's promises leave of a period; null where she promised nothing.</summary>
    public PromisedRoom? RoomOf(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _promises.RoomOf(member, period);
        }
    }

    /// <summary>Whether this very promise counts already.</summary>
    public bool HasPromise(HomePromise promise)
    {
        lock (_lock)
        {
            return _promises.Has(promise);
        }
    }

    public HomePromise? FindPromise(MemberId member, MemberId bsp, long id)
    {
        lock (_lock)
        {
            return _promises.Find(member, bsp, id);
        }
    }

    /// <summary>Enters a promise, which counts at once for the bids that come; then it is made durable, or <see cref="TakeBack(HomePromise)"/>.</summary>
    /// <returns>Null where it is entered.</returns>
    public PromiseRefusal? EnterPromise(HomePromise promise)
    {
        lock (_lock)
        {
            if (_firstOpen is not { } firstOpen)
            {
                return PromiseRefusal.NotOpen;
            }

            var counting = _standings.GetValueOrDefault(promise.Member)?.Counting?.Bid;
            var standing = _underWay.Where(bid => bid.Member == promise.Member).Concat(counting is null ? [] : [counting]);
            if (_promises.Objection(promise, firstOpen, standing) is { } refusal)
            {
                return refusal;
            }

            _promises.Keep(promise, firstOpen);
            return null;
        }
    }

    /// <summary>It could not be made durable: it never was.</summary>
    public void TakeBack(HomePromise promise)
    {
        lock (_lock)
        {
            _promises.TakeBack(promise);
        }
    }

    /// <summary>The provider has let the home go, and that is durable.</summary>
    public void Release(HomePromise promise)
    {
        lock (_lock)
        {
            _promises.Release(promise);
        }
    }

    /// <summary>A promise that an earlier run made durable.</summary>
    public void Resume(HomePromise promise)
    {
        lock (_lock)
        {
            _promises.Keep(promise, _firstOpen ?? default);
        }
    }
}
