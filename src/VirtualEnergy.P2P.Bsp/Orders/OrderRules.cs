using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Reservations;

namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>What an order must keep to: a row of small rules, the first that objects gives the reason. Never throws on a hostile order.</summary>
internal sealed class OrderRules(OrderTerms terms, IReadOnlySet<UnitId> units, SoldPower sold, IReadOnlyDictionary<string, OrderRecord> known)
{
    // Instants far from both ends of the calendar, so that nothing that is added to one overflows.
    private static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public OrderRefusal? FirstObjection(DispatchOrder order, DateTimeOffset now) =>
        IsWellFormed(order) ?? IsNew(order) ?? IsInTime(order, now) ?? order switch
        {
            BalancingOrder balancing => Against(balancing),
            LimitationOrder limitation => Against(limitation),
            RevocationOrder revocation => Against(revocation),
            _ => OrderRefusal.Malformed,
        };

    private static OrderRefusal? IsWellFormed(DispatchOrder order) =>
        !ReservationRequest.IsId(order.Id) || !order.Unit.IsWellFormed || order.Start > Latest ? OrderRefusal.Malformed
        : order switch
        {
            BalancingOrder balancing => Enum.IsDefined(balancing.Direction) && balancing.Watts <= OrderTerms.MaxWatts && balancing.End <= Latest ? null : OrderRefusal.Malformed,
            LimitationOrder limitation => Enum.IsDefined(limitation.Side) && Int128.Abs(limitation.Watts) <= OrderTerms.MaxWatts && limitation.End <= Latest ? null : OrderRefusal.Malformed,
            _ => null,
        };

    private OrderRefusal? IsNew(DispatchOrder order) =>
        known.ContainsKey(order.Id) ? OrderRefusal.IdReused
        : !units.Contains(order.Unit) ? OrderRefusal.UnknownUnit
        : known.Count >= OrderDesk.MaxOrders ? OrderRefusal.Full
        : null;

    // A revocation has effect at once, so it needs no notice.
    private OrderRefusal? IsInTime(DispatchOrder order, DateTimeOffset now) =>
        order.Start < now ? OrderRefusal.InThePast
        : order is not RevocationOrder && order.Start - now < terms.Notice ? OrderRefusal.NoticeTooShort
        : order.Start - now > terms.Horizon ? OrderRefusal.TooFarAhead
        : null;

    private OrderRefusal? Against(BalancingOrder order) =>
        order.Watts <= 0 ? OrderRefusal.PowerNotPositive
        : order.Watts % terms.StepWatts != 0 ? OrderRefusal.OffStep
        : Times(order.Start, order.Ramp, order.End)
            ?? (order.Watts > sold(order.Unit, order.Direction, order.Start, order.End) ? OrderRefusal.BeyondSold
                : order.Replaces is { } replaced && Ending(replaced, order) is { } refusal ? refusal
                : Others<BalancingOrder>(order).Any(other => other.Order.Id != order.Replaces && Overlap(other, order.Start, order.End)) ? OrderRefusal.Overlapping
                : null);

    private OrderRefusal? Against(LimitationOrder order) =>
        Times(order.Start, order.Ramp, order.End)
        ?? (Others<LimitationOrder>(order).Any(other => Overlap(other, order.Start, order.End) && Contradict((LimitationOrder)other.Order, order)) ? OrderRefusal.LimitsConflict : null);

    private OrderRefusal? Against(RevocationOrder order) => Ending(order.Revokes, order);

    private OrderRefusal? Times(DateTimeOffset start, TimeSpan ramp, DateTimeOffset end) =>
        ramp < terms.MinimumRamp || ramp > terms.MaximumRamp ? OrderRefusal.RampOutOfRange
        : end - start - ramp < terms.MinimumHold || end - start - ramp > terms.MaximumHold || end <= start ? OrderRefusal.HoldOutOfRange
        : null;

    // The order that another one ends: by revoking it, or by taking its place.
    private OrderRefusal? Ending(string id, DispatchOrder by) =>
        !known.TryGetValue(id ?? "", out var ended) ? OrderRefusal.UnknownOrder
        : ended.Order.Unit != by.Unit ? OrderRefusal.OtherUnit
        : ended.Order is RevocationOrder || (by is BalancingOrder && ended.Order is not BalancingOrder) ? OrderRefusal.NotBalancing
        : ended.EndedBy is not null ? OrderRefusal.AlreadyRevoked
        : ended.IsOver || ended.End <= by.Start ? OrderRefusal.AlreadyOver
        : null;

    private IEnumerable<OrderRecord> Others<T>(DispatchOrder order)
        where T : DispatchOrder => known.Values.Where(other => other.Order is T && other.Order.Unit == order.Unit && !other.IsOver);

    private static bool Overlap(OrderRecord other, DateTimeOffset start, DateTimeOffset end) => other.Order.Start < end && start < other.End;

    private static bool Contradict(LimitationOrder a, LimitationOrder b) =>
        a.Side != b.Side && (a.Side == LimitSide.Cap ? a.Watts < b.Watts : b.Watts < a.Watts);
}
