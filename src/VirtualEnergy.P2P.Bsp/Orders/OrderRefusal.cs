namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>Why an order is not carried out. The codes (<see cref="OrderRefusals.Code"/>) are stable.</summary>
public enum OrderRefusal
{
    Malformed = 1,
    UnknownUnit,
    IdReused,
    InThePast,
    NoticeTooShort,
    TooFarAhead,
    PowerNotPositive,
    OffStep,
    RampOutOfRange,
    HoldOutOfRange,
    BeyondSold,
    Overlapping,
    UnknownOrder,
    OtherUnit,
    NotBalancing,
    AlreadyRevoked,
    AlreadyOver,
    LimitsConflict,
    Full,
}

/// <summary>The codes and sentences of refusals.</summary>
public static class OrderRefusals
{
    /// <summary>Words joined by hyphens: <c>beyond-sold</c>.</summary>
    public static string Code(this OrderRefusal refusal) => refusal switch
    {
        OrderRefusal.Malformed => "malformed",
        OrderRefusal.UnknownUnit => "unknown-unit",
        OrderRefusal.IdReused => "id-reused",
        OrderRefusal.InThePast => "in-the-past",
        OrderRefusal.NoticeTooShort => "notice-too-short",
        OrderRefusal.TooFarAhead => "too-far-ahead",
        OrderRefusal.PowerNotPositive => "power-not-positive",
        OrderRefusal.OffStep => "off-step",
        OrderRefusal.RampOutOfRange => "ramp-out-of-range",
        OrderRefusal.HoldOutOfRange => "hold-out-of-range",
        OrderRefusal.BeyondSold => "beyond-sold",
        OrderRefusal.Overlapping => "overlapping",
        OrderRefusal.UnknownOrder => "unknown-order",
        OrderRefusal.OtherUnit => "other-unit",
        OrderRefusal.NotBalancing => "not-balancing",
        OrderRefusal.AlreadyRevoked => "already-revoked",
        OrderRefusal.AlreadyOver => "already-over",
        OrderRefusal.LimitsConflict => "limits-conflict",
        OrderRefusal.Full => "full",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal."),
    };

    /// <summary>One sentence for people: what the rule wants of this order.</summary>
    public static string Sentence(this OrderRefusal refusal, DispatchOrder order, OrderTerms terms) => refusal switch
    {
        OrderRefusal.Malformed => "An order has an id of 1 to 96 printable characters, a unit, a known kind and direction, and a power within 10 GW.",
        OrderRefusal.UnknownUnit => $"{order.Unit} is not a unit of this portfolio.",
        OrderRefusal.IdReused => $"{order.Id} was used for another order.",
        OrderRefusal.InThePast => $"The order would start at {order.Start:u}, which is over.",
        OrderRefusal.NoticeTooShort => $"An order must come {terms.Notice} before it starts.",
        OrderRefusal.TooFarAhead => $"An order may start at most {terms.Horizon} ahead.",
        OrderRefusal.PowerNotPositive => "The power must be above 0 W; the direction says which way.",
        OrderRefusal.OffStep => $"The power must be a multiple of {terms.StepWatts} W.",
        OrderRefusal.RampOutOfRange => $"The ramp must take {terms.MinimumRamp} to {terms.MaximumRamp}.",
        OrderRefusal.HoldOutOfRange => $"After the ramp the order must hold for {terms.MinimumHold} to {terms.MaximumHold}.",
        OrderRefusal.BeyondSold => "More is wanted than was sold, somewhere between start and end.",
        OrderRefusal.Overlapping => "Another order holds in part of that time; name it as the one to be replaced.",
        OrderRefusal.UnknownOrder => "There is no such order to revoke or to replace.",
        OrderRefusal.OtherUnit => "The order to revoke or to replace is another unit's.",
        OrderRefusal.NotBalancing => "Only a balancing order is replaced, and a revocation is not revoked.",
        OrderRefusal.AlreadyRevoked => "The order was revoked or replaced before.",
        OrderRefusal.AlreadyOver => "The order will be over by then.",
        OrderRefusal.LimitsConflict => "Together with a limitation that holds in part of that time, no power would be allowed.",
        OrderRefusal.Full => "There are as many orders as are kept.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal."),
    };
}
