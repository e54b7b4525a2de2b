namespace VirtualEnergy.P2P.Market.Admission;

/// <summary>Why a bid was refused. The codes (<see cref="RejectionReasons.Code"/>) are stable: peers and people rely on them.</summary>
public enum RejectionReason
{
    /// <summary>The payload is larger than a bid can be.</summary>
    TooLarge = 1,

    /// <summary>The payload is not JSON, or not the JSON of a bid.</summary>
    Malformed,

    /// <summary>The bidder is not a member of the community.</summary>
    UnknownMember,

    /// <summary>The member is registered but suspended.</summary>
    MemberNotActive,

    /// <summary>The signature does not recover to the member's address, or is malleable.</summary>
    WrongSignature,

    /// <summary>The bid is for a period other than the open one.</summary>
    WrongPeriod,

    /// <summary>The gate of the period is closed.</summary>
    GateClosed,

    /// <summary>The number is not higher than the member's last one for the period.</summary>
    StaleNumber,

    /// <summary>More than 32 steps.</summary>
    TooManySteps,

    /// <summary>A step's energy is zero or negative.</summary>
    EnergyNotPositive,

    /// <summary>A step's price is below the floor or above the cap.</summary>
    PriceOutOfRange,

    /// <summary>A step's price or a premium is not a multiple of the tick.</summary>
    OffTick,

    /// <summary>A premium is negative or above the cap.</summary>
    PremiumOutOfRange,

    /// <summary>A premium for a partner without a partner, or the bidder as its own.</summary>
    WrongPartner,

    /// <summary>Buy steps do not fall strictly, or sell steps do not rise strictly, in price.</summary>
    StepsOutOfOrder,

    /// <summary>A buy price, with the premiums for green and local energy, is not below every sell price.</summary>
    StepsCrossing,

    /// <summary>The energies, summed, are more than the member's connection can carry in a period.</summary>
    OverCapacity,

    /// <summary>The worst case costs more than the member's available funds.</summary>
    InsufficientFunds,

    /// <summary>The worst case, with what was spent on the delivery's day, is more than the member's mandate allows for a day.</summary>
    OverMandate,

    /// <summary>The member has promised the energy of the period elsewhere: her signed promise leaves less than the bid trades.</summary>
    ReservedElsewhere,
}

public static class RejectionReasons
{
    /// <summary>The reason in kebab case, as it appears in receipts and in the documentation: <c>steps-crossing</c>.</summary>
    public static string Code(this RejectionReason reason) => reason switch
    {
        RejectionReason.TooLarge => "too-large",
        RejectionReason.Malformed => "malformed",
        RejectionReason.UnknownMember => "unknown-member",
        RejectionReason.MemberNotActive => "member-not-active",
        RejectionReason.WrongSignature => "wrong-signature",
        RejectionReason.WrongPeriod => "wrong-period",
        RejectionReason.GateClosed => "gate-closed",
        RejectionReason.StaleNumber => "stale-number",
        RejectionReason.TooManySteps => "too-many-steps",
        RejectionReason.EnergyNotPositive => "energy-not-positive",
        RejectionReason.PriceOutOfRange => "price-out-of-range",
        RejectionReason.OffTick => "off-tick",
        RejectionReason.PremiumOutOfRange => "premium-out-of-range",
        RejectionReason.WrongPartner => "wrong-partner",
        RejectionReason.StepsOutOfOrder => "steps-out-of-order",
        RejectionReason.StepsCrossing => "steps-crossing",
        RejectionReason.OverCapacity => "over-capacity",
        RejectionReason.InsufficientFunds => "insufficient-funds",
        RejectionReason.OverMandate => "over-mandate",
        RejectionReason.ReservedElsewhere => "reserved-elsewhere",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A reason without a code."),
    };
}
