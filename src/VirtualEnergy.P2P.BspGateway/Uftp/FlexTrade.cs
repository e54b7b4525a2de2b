using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>How far the trade of one offer has come.</summary>
public enum FlexTradeState
{
    /// <summary>Offered; the operator has not answered.</summary>
    Offered,

    /// <summary>The operator has found the offer right; it can be ordered or revoked.</summary>
    Acknowledged,

    /// <summary>The operator has rejected the offer.</summary>
    Rejected,

    /// <summary>We have taken it back; the operator has not answered. An order that crosses is refused.</summary>
    Revoking,

    /// <summary>It is taken back.</summary>
    Revoked,

    /// <summary>It was not ordered in time.</summary>
    Expired,

    /// <summary>It is ordered and will be delivered.</summary>
    Ordered,

    /// <summary>It is paid for as we see it.</summary>
    Settled,

    /// <summary>The operator's settlement of it is disputed.</summary>
    Disputed,
}

/// <summary>One offer and what became of it.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Request">The request it answers, or null for one that nobody asked for.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Order">The order, once there is one.</param>
/// <param name="Why">Why it was rejected or disputed.</param>
public sealed record FlexTrade(FlexOffer Offer, FlexRequest? Request, FlexTradeState State, FlexOrder? Order = null, string? Why = null);

/// <summary>What we would offer for a request.</summary>
/// <param name="Options">One or several ways; with several the operator must support that.</param>
/// <param name="ExpiresAt">Until when it can be ordered; no later than the end of the day.</param>
/// <param name="BaselineReference">The baseline, where it is not our latest prognosis.</param>
public sealed record FlexPlan(ValueList<FlexPlanOption> Options, DateTimeOffset ExpiresAt, string? BaselineReference = null);

/// <summary>One way to deliver.</summary>
/// <param name="Reference">Its name in the offer.</param>
/// <param name="MicroEur">The price of the whole, µEUR; offered rounded up to 100 µEUR, the finest the protocol writes.</param>
/// <param name="LeastPercent">The smallest part that can be ordered, 1 to 100 %.</param>
/// <param name="Isps">The change of power, W, + consumption.</param>
public sealed record FlexPlanOption(string Reference, long MicroEur, int LeastPercent, ValueList<IspPower> Isps)
{
    internal FlexOfferOption ToOption() => new()
    {
        Reference = Reference,
        Price = ((MicroEur / 100) + (MicroEur % 100 > 0 ? 1 : 0)) / 10_000m,
        MinActivationFactor = LeastPercent is >= 1 and <= 100 ? LeastPercent / 100m : throw new ArgumentOutOfRangeException(nameof(LeastPercent), LeastPercent, "1 to 100 %."),
        Isps = Isps,
    };
}
