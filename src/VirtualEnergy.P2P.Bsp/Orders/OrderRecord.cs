namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>How far an order has come.</summary>
public enum OrderStage
{
    /// <summary>Here, not yet looked at.</summary>
    Received,

    /// <summary>Nothing speaks against it, and it waits for its start.</summary>
    Accepted,

    /// <summary>Not carried out.</summary>
    Refused,

    /// <summary>Started; on the way to its power.</summary>
    Ramping,

    /// <summary>At its power.</summary>
    Holding,

    /// <summary>Carried out to its end; the unit comes back.</summary>
    Released,

    /// <summary>Ended before its time by a revocation or by an order in its place.</summary>
    Revoked,

    /// <summary>Its whole time went by without it being started.</summary>
    Expired,
}

/// <summary>An order as it stands.</summary>
/// <param name="Order">What was wanted.</param>
/// <param name="ReceivedAt">When.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Refusal">Why not, if refused.</param>
/// <param name="EndedBy">The order that ends it before its time, and when; null if none does.</param>
public sealed record OrderRecord(DispatchOrder Order, DateTimeOffset ReceivedAt, OrderStage Stage, OrderRefusal? Refusal = null, (string Id, DateTimeOffset At)? EndedBy = null)
{
    public bool IsOver => Stage is OrderStage.Refused or OrderStage.Released or OrderStage.Revoked or OrderStage.Expired;

    /// <summary>When it ends as things stand; for a revocation, when it has effect.</summary>
    public DateTimeOffset End
    {
        get
        {
            var end = Order switch
            {
                BalancingOrder balancing => balancing.End,
                LimitationOrder limitation => limitation.End,
                _ => Order.Start,
            };
            return EndedBy is { } ended && ended.At < end ? ended.At : end;
        }
    }

    internal TimeSpan Ramp => Order switch
    {
        BalancingOrder balancing => balancing.Ramp,
        LimitationOrder limitation => limitation.Ramp,
        _ => TimeSpan.Zero,
    };

    /// <summary>Where it is at an instant. Only one that was never started can expire.</summary>
    internal OrderRecord At(DateTimeOffset now) => IsOver || (now < Order.Start && now < End) ? this : this with
    {
        Stage = now >= End
            ? EndedBy is not null ? OrderStage.Revoked
                : Stage == OrderStage.Accepted && Order is not RevocationOrder ? OrderStage.Expired
                : OrderStage.Released
            : now - Order.Start < Ramp ? OrderStage.Ramping
            : OrderStage.Holding,
    };
}

/// <summary>An order went from one stage to the next.</summary>
public readonly record struct OrderTransition(string Id, OrderStage From, OrderStage To, DateTimeOffset At);
