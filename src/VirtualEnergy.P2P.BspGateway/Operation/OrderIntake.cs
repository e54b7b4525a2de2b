using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What was answered to an order.</summary>
/// <param name="Code">Why it was refused; null when it was taken.</param>
public readonly record struct OrderAnswer(OrderView Order, string? Code, string? Words)
{
    public bool IsTaken => Code is null;
}

/// <summary>
/// Takes orders, from telecontrol and HTTP alike: makes of a set-point the order that it means, has the books decide, and lets the unit act at
/// once, without waiting for the next cycle.
/// </summary>
internal sealed class OrderIntake(GatewayOptions options, GatewayBooks books, ImmutableArray<UnitOperation> units, GatewayFeed feed, TimeProvider time)
{
    private const int Shown = 100;

    private readonly Lock _lock = new();
    private long _count;

    /// <summary>Decides on a command of the system operator's station.</summary>
    public bool Decide(TsoCommand command)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"iec-{time.GetUtcNow():yyyyMMddTHHmmssfff}-{Interlocked.Increment(ref _count)}");
        return Take(new OrderRequest(id, options.Units[command.Unit].Id, command.Kind, command.Watts, null, null, null, OrderRequest.Telecontrol)).IsTaken;
    }

    public OrderAnswer Take(OrderRequest request)
    {
        OrderRecord record;
        lock (_lock)
        {
            // The same request again: told before what would be made of it now.
            var known = books.Orders().FirstOrDefault(order => order.Record.Order.Id == request.Id).Record;
            var now = time.GetUtcNow();
            record = known is { Stage: not OrderStage.Refused } && Same(known.Order, request) ? known : books.Receive(OrderOf(request, now), request.Way, now);
        }

        if (record.Refusal is null && units.FirstOrDefault(unit => unit.Id == request.Unit) is { } unit)
        {
            // Elsewhere: the caller may hold the station's lock.
            _ = Task.Run(() => unit.ActOn(record.Order.Id, time.GetUtcNow()));
        }

        feed.OrdersChanged();
        return new OrderAnswer(View(record, request.Way), record.Refusal?.Code(), record.Refusal?.Sentence(record.Order, books.Terms));
    }

    /// <summary>The last orders, newest first.</summary>
    public ImmutableArray<OrderView> Read() => [.. books.Orders().Take(Shown).Select(order => View(order.Record, order.Way))];

    private static bool Same(DispatchOrder order, OrderRequest request) => order.Unit.Value == request.Unit && request.Kind switch
    {
        TsoCommandKind.Regulate => order is BalancingOrder balancing && balancing.Shift == request.Watts,
        TsoCommandKind.Limit => order is LimitationOrder limitation && limitation.Watts == request.Watts,
        _ => order is RevocationOrder,
    };

    private DispatchOrder OrderOf(OrderRequest request, DateTimeOffset now)
    {
        var start = request.Start ?? now + books.Terms.Notice;
        var unit = new UnitId(request.Unit);
        var running = books.Running(request.Unit, start);
        var balancing = running.LastOrDefault(record => record.Order is BalancingOrder && record.Order.Start <= start);
        var limitation = running.LastOrDefault(record => record.Order is LimitationOrder);
        var none = "none-in-force";
        return request.Kind switch
        {
            TsoCommandKind.Revoke or TsoCommandKind.Regulate when request is { Kind: TsoCommandKind.Revoke } or { Watts: 0 } =>
                new RevocationOrder(request.Id, unit, start, request.Revokes ?? balancing?.Order.Id ?? none),
            TsoCommandKind.LiftLimit => new RevocationOrder(request.Id, unit, start, request.Revokes ?? limitation?.Order.Id ?? none),
            TsoCommandKind.Limit => new LimitationOrder(request.Id, unit, start, LimitSide.Floor, request.Watts, books.Ramp, End(request, start)),
            _ => Regulation(request, start, balancing?.Order.Id),
        };
    }

    private BalancingOrder Regulation(OrderRequest request, DateTimeOffset start, string? replaces)
    {
        var direction = request.Watts < 0 ? RegulationDirection.Up : RegulationDirection.Down;
        var watts = Math.Abs(request.Watts);
        // At least the ramp, and never nothing: what is not sold for so long is refused by the rules as any other order.
        var least = start + (books.Ramp > TimeSpan.Zero ? books.Ramp : TimeSpan.FromSeconds(1));
        var end = request.Hold is not null ? End(request, start) : books.SoldUntil(request.Unit, direction, watts, start, options.OrdersWithoutOffers);
        return new BalancingOrder(request.Id, new UnitId(request.Unit), start, direction, watts, books.Ramp, end > least ? end : least, replaces);
    }

    private DateTimeOffset End(OrderRequest request, DateTimeOffset start) => start + books.Ramp + (request.Hold ?? books.Terms.MaximumHold);

    private OrderView View(OrderRecord record, string way)
    {
        var first = units.FirstOrDefault(unit => unit.Id == record.Order.Unit.Value)?.FirstWave(record.Order.Id);
        var (kind, watts) = record.Order switch
        {
            BalancingOrder balancing => ("regulation", balancing.Shift),
            LimitationOrder limitation => ("limitation", limitation.Watts),
            _ => ("revocation", 0),
        };
        return new OrderView(
            record.Order.Id, record.Order.Unit.Value, kind, watts, way, record.ReceivedAt, record.Stage.ToString().ToLowerInvariant(),
            record.Refusal is { } refusal ? $"{refusal.Code()}: {refusal.Sentence(record.Order, books.Terms)}" : null,
            record.Order.Start, record.Order is RevocationOrder ? null : record.End, first?.Homes, first?.Milliseconds);
    }
}
