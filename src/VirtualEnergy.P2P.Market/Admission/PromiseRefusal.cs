namespace VirtualEnergy.P2P.Market.Admission;

/// <summary>Why a promise is not kept in mind. The codes (<see cref="PromiseRefusals.Code"/>) are stable.</summary>
public enum PromiseRefusal
{
    /// <summary>No round was opened since the exchange was started: what the member has bid is not known yet.</summary>
    NotOpen = 1,

    /// <summary>A gate of one of its periods is closed: what was traded there was traded before.</summary>
    GateClosed,

    /// <summary>The member has another promise for one of its periods.</summary>
    Overlaps,

    /// <summary>The order was released: it is over.</summary>
    Released,

    /// <summary>The member's bid in the open round goes beyond what the promise would leave.</summary>
    BidStands,

    /// <summary>The member has as many promises as are kept in mind.</summary>
    TooMany,
}

public static class PromiseRefusals
{
    public static string Code(this PromiseRefusal refusal) => refusal switch
    {
        PromiseRefusal.NotOpen => "not-open",
        PromiseRefusal.GateClosed => "gate-closed",
        PromiseRefusal.Overlaps => "overlaps",
        PromiseRefusal.Released => "over",
        PromiseRefusal.BidStands => "bid-stands",
        PromiseRefusal.TooMany => "too-many",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without a code."),
    };
}
