using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;

namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>What a unit owes at an instant.</summary>
/// <param name="Shift">W to be added to its baseline: − upwards, + downwards.</param>
/// <param name="IsReleasing">No order holds any more; the unit is on its way back, or back.</param>
public readonly record struct UnitTarget(long Shift, bool IsReleasing);

/// <summary>
/// Takes the operator's orders, says yes or why not, follows each through its stages, and says what a unit owes at any instant.
/// </summary>
/// <remarks>
/// No clock: the host says what time it is. An order is answered by its record; the host puts the record on disk before it answers, and gives all records back
/// after a restart. One thread at a time.
/// </remarks>
/// <param name="terms">The profile's; without an <see cref="OrderTerms.Objection"/>.</param>
/// <param name="units">The units that may be ordered.</param>
/// <param name="sold">What they sold.</param>
/// <param name="records">What was answered before, of this desk.</param>
public sealed class OrderDesk(OrderTerms terms, IReadOnlySet<UnitId> units, SoldPower sold, IEnumerable<OrderRecord>? records = null)
{
    /// <summary>Orders that are kept, refused ones apart.</summary>
    public const int MaxOrders = 10_000;

    /// <summary>Refused orders that are remembered, the latest; an older one that comes again is looked at again.</summary>
    public const int MaxRefused = 1_000;

    private readonly Dictionary<string, OrderRecord> _records = (records ?? []).Where(record => record.Stage != OrderStage.Refused).ToDictionary(record => record.Order.Id);
    private readonly Queue<OrderRecord> _refused = new((records ?? []).Where(record => record.Stage == OrderStage.Refused).TakeLast(MaxRefused));

    /// <summary>All orders that are kept, by start, then id.</summary>
    public IEnumerable<OrderRecord> Records =>
        _records.Values.Concat(_refused).OrderBy(record => record.Order.Start).ThenBy(record => record.Order.Id, StringComparer.Ordinal);

    /// <summary>An order has come. The same order again is answered as before; nothing that an order says makes this throw.</summary>
    public OrderRecord Receive(DispatchOrder order, DateTimeOffset now)
    {
        if (_records.TryGetValue(order.Id ?? "", out var known) && known.Order == order)
        {
            return known;
        }

        if (_refused.FirstOrDefault(record => record.Order == order) is { } before)
        {
            return before;
        }

        var refusal = new OrderRules(terms, units, sold, _records).FirstObjection(order, now);
        var record = new OrderRecord(order, now, refusal is null ? OrderStage.Accepted : OrderStage.Refused, refusal);
        if (refusal is null)
        {
            Take(record);
        }
        else
        {
            Remember(record);
        }

        return record;
    }

    /// <summary>Time goes on.</summary>
    /// <returns>What changed, in canonical order.</returns>
    public ImmutableArray<OrderTransition> Advance(DateTimeOffset now)
    {
        var changed = ImmutableArray.CreateBuilder<OrderTransition>();
        foreach (var record in _records.Values.OrderBy(record => record.Order.Start).ThenBy(record => record.Order.Id, StringComparer.Ordinal).ToList())
        {
            var after = record.At(now);
            if (after.Stage != record.Stage)
            {
                _records[record.Order.Id] = after;
                changed.Add(new(record.Order.Id, record.Stage, after.Stage, now));
            }
        }

        return changed.ToImmutable();
    }

    /// <summary>Drops the orders that were over before an instant, and those that were refused before it.</summary>
    public void Forget(DateTimeOffset before)
    {
        while (_refused.TryPeek(out var refused) && refused.ReceivedAt < before)
        {
            _refused.Dequeue();
        }

        foreach (var record in _records.Values.Where(record => record.IsOver && record.End < before).ToList())
        {
            _records.Remove(record.Order.Id);
        }
    }

    /// <summary>What the unit owes now. A limitation goes before every other order.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="baseline">W that it would exchange now.</param>
    public UnitTarget TargetAt(UnitId unit, DateTimeOffset now, long baseline)
    {
        var own = _records.Values.Where(record => record.Order.Unit == unit && record.Stage != OrderStage.Expired).ToList();
        var shift = TargetProfile.Of(own.Where(record => record.Order is BalancingOrder), terms).At(now);
        foreach (var record in own.Where(record => record.Order is LimitationOrder).OrderBy(record => record.Order.Start).ThenBy(record => record.Order.Id, StringComparer.Ordinal))
        {
            var limit = (LimitationOrder)record.Order;
            var within = limit.Side == LimitSide.Cap ? Math.Min(shift, limit.Watts - baseline) : Math.Max(shift, limit.Watts - baseline);
            shift += (long)((Int128)(within - shift) * InForce(record, now) / 1000);
        }

        return new UnitTarget(shift, !own.Exists(record => record.Order is not RevocationOrder && record.Order.Start <= now && now < record.End));
    }

    // Thousandths: up along the ramp, down along the release.
    private long InForce(OrderRecord record, DateTimeOffset now)
    {
        if (now < record.Order.Start || record.End <= record.Order.Start)
        {
            return 0;
        }

        var risen = Part((now < record.End ? now : record.End) - record.Order.Start, terms.Aim(record.Ramp));
        return now <= record.End ? risen : risen * (1000 - Part(now - record.End, terms.ReleaseRamp)) / 1000;
    }

    private static long Part(TimeSpan time, TimeSpan whole) => whole <= time ? 1000 : time.Ticks * 1000 / whole.Ticks;

    private void Take(OrderRecord record)
    {
        _records.Add(record.Order.Id, record);
        var ended = record.Order switch
        {
            BalancingOrder { Replaces: { } replaced } => replaced,
            RevocationOrder revocation => revocation.Revokes,
            _ => null,
        };
        if (ended is not null)
        {
            _records[ended] = _records[ended] with { EndedBy = (record.Order.Id, record.Order.Start) };
        }
    }

    private void Remember(OrderRecord record)
    {
        _refused.Enqueue(record);
        if (_refused.Count > MaxRefused)
        {
            _refused.Dequeue();
        }
    }
}
