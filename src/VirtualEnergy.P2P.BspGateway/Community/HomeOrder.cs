using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>Where the provider's side of an order stands.</summary>
internal enum HomeOrderState
{
    /// <summary>Written down and told; not answered yet.</summary>
    Told,

    /// <summary>The home holds it free, and may be called.</summary>
    Accepted,

    /// <summary>The home does not have it, or has it no more.</summary>
    Refused,

    Released,
}

/// <summary>An order to one home from its reservation to its end, as the provider knows it.</summary>
/// <remarks>Not safe for concurrent use: <see cref="CommunityHome"/> guards it.</remarks>
internal sealed class HomeOrder(FlexibilityOrder first)
{
    private (Period Period, long Watts)? _shortfall;
    private bool _isNotKept;

    /// <summary>The reservation.</summary>
    public FlexibilityOrder First { get; } = first;

    /// <summary>The last message of it.</summary>
    public FlexibilityOrder Last { get; private set; } = first;

    public HomeOrderState State { get; private set; } = HomeOrderState.Told;

    /// <summary>W that the home is called for, with sign, as it was told last.</summary>
    public long Called => Last.Kind == FlexibilityOrderKind.Activate ? Last.ChangeWatts : 0;

    public bool IsUp => First.ChangeWatts < 0;

    /// <summary>Refused as old, so that the home may or may not hold it: it is to be released before anything else is promised.</summary>
    public bool IsDoubtful { get; private set; }

    public bool IsLive => State is HomeOrderState.Told or HomeOrderState.Accepted;

    public bool Covers(Period period) => period >= First.First && period < First.End;

    public bool Overlaps(Period from, Period end) => First.First < end && from < First.End;

    /// <summary>What the home may be relied upon for in a period, W ≥ 0: what it promised, less what it said that it cannot hold. Nothing while the exchange lets it trade as if it had promised nothing.</summary>
    public long Reliable(Period period) => State != HomeOrderState.Accepted || _isNotKept || !Covers(period) ? 0
        : Math.Max(0, Math.Abs(First.ChangeWatts) - (_shortfall is { } missing && missing.Period == period ? missing.Watts : 0));

    /// <summary>A further message of it was written down.</summary>
    public void Said(FlexibilityOrder message)
    {
        Last = message;
        if (message.Kind == FlexibilityOrderKind.Release)
        {
            (State, IsDoubtful) = (HomeOrderState.Released, false);
        }
    }

    /// <summary>The home has accepted it before the gateway was started again.</summary>
    public void WasAccepted() => State = IsLive ? HomeOrderState.Accepted : State;

    /// <summary>The exchange says whether it refuses bids by the promise; the latest word counts.</summary>
    public void Kept(bool isKept) => _isNotKept = !isKept;

    /// <summary>The home has answered, or says that it cannot hold all of it.</summary>
    /// <param name="now">The running period.</param>
    /// <returns>Whether it is accepted for the first time.</returns>
    public bool Heard(FlexibilityReply reply, Period now)
    {
        if (reply.Accepted && reply.ShortfallWatts > 0)
        {
            // Of the period that runs; in the next one the home may hold it all again, and says so if it cannot.
            _shortfall = (now, reply.ShortfallWatts);
        }

        if (reply.Number != Last.Number || (reply.Accepted && reply.ShortfallWatts > 0))
        {
            return false;
        }

        var isNew = reply.Accepted && State == HomeOrderState.Told;
        if (reply.Accepted)
        {
            WasAccepted();
        }
        else if (State == HomeOrderState.Told || reply.Reason is "unknown-order" or "over" or "not-offered" or "overlaps")
        {
            IsDoubtful = State == HomeOrderState.Told && reply.Reason == "stale-number";
            State = State == HomeOrderState.Released ? State : HomeOrderState.Refused;
        }
        else
        {
            // It has the order and did not take this call: relied upon no more while the period lasts.
            _shortfall = (now, Math.Abs(First.ChangeWatts));
        }

        return isNew;
    }
}
