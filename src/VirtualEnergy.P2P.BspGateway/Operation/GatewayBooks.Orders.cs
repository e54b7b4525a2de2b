using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <content>What is ordered: orders, their stages, and what a unit owes by them.</content>
internal sealed partial class GatewayBooks
{
    /// <param name="way">Over which interface it came, as pages show it.</param>
    public OrderRecord Receive(DispatchOrder order, string way, DateTimeOffset now) => Enter(OrderEntry.Of(order, now, way), () => Apply(order, way, now));

    /// <summary>Orders go on to the stages that are due; what was over two days ago is forgotten, but for what was settled.</summary>
    /// <returns>Whether any has changed.</returns>
    public bool Advance(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (Profile.Grid.At(now) is var period && period != _advanced)
            {
                _advanced = period;
                Forget(now);
            }

            if (_orders.Advance(now).IsEmpty)
            {
                return false;
            }

            _log.Append(Line(new StagesEntry(now)));
            return true;
        }
    }

    /// <summary>What a unit owes at an instant.</summary>
    /// <param name="baseline">W that it would exchange then.</param>
    public UnitTarget TargetAt(string unit, DateTimeOffset now, long baseline)
    {
        var beside = Beside(new UnitId(unit), now);
        lock (_lock)
        {
            var target = _orders.TargetAt(new UnitId(unit), now, baseline + beside);
            return new UnitTarget(target.Shift + beside, target.IsReleasing && beside == 0);
        }
    }

    /// <summary>Orders of a unit that are not over at an instant.</summary>
    public ImmutableArray<OrderRecord> Running(string unit, DateTimeOffset now)
    {
        lock (_lock)
        {
            return [.. _orders.Records.Where(record => record.Order.Unit.Value == unit && !record.IsOver && record.End > now && record.Order is not RevocationOrder)];
        }
    }

    /// <summary>What was ordered of a unit in a period, one way, by the market's reckoning of ramps.</summary>
    public Energy Ordered(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return RampEnergy.Of(Carried(unit, direction), period, Profile);
        }
    }

    /// <summary>Periods before one in which a unit was ordered and which are not settled, one way.</summary>
    public ImmutableArray<Period> Unsettled(UnitId unit, RegulationDirection direction, Period before)
    {
        lock (_lock)
        {
            var orders = Carried(unit, direction).Where(order => order.End > order.Start).ToList();
            return
            [
                .. orders.SelectMany(order => PeriodRange(Profile.Grid.At(order.Start), Profile.Grid.At(order.End.AddTicks(-1)), before)).Distinct().Order()
                    .Where(period => !_settled.ContainsKey((unit, period, direction)) && RampEnergy.Of(orders, period, Profile) > Energy.Zero),
            ];
        }
    }

    private static IEnumerable<Period> PeriodRange(Period first, Period last, Period before)
    {
        for (var period = first; period <= last && period < before; period = period.Next)
        {
            yield return period;
        }
    }

    // The balancing orders that were taken, one way.
    private IEnumerable<OrderedPower> Carried(UnitId unit, RegulationDirection direction) => _orders.Records
        .Where(record => record is { Refusal: null, Order: BalancingOrder order } && order.Unit == unit && order.Direction == direction)
        .Select(record => new OrderedPower(((BalancingOrder)record.Order).Watts, record.Order.Start, record.End));

    private OrderRecord Apply(DispatchOrder order, string way, DateTimeOffset now)
    {
        _ways.TryAdd(order.Id, way);
        return _orders.Receive(order, now);
    }
}
