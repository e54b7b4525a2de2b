using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <content>What was measured and delivered, and what it was settled at.</content>
internal sealed partial class GatewayBooks
{
    /// <summary>Settled periods of the last two months, as they were settled; older ones are in <c>settled.jsonl</c>.</summary>
    public ImmutableArray<PeriodSettlement> Settled
    {
        get
        {
            lock (_lock)
            {
                return [.. _settled.Values.Select(settled => settled.Settlement)];
            }
        }
    }

    /// <summary>For how much of a settled period nothing was measured.</summary>
    public TimeSpan Unmeasured(PeriodSettlement settled)
    {
        lock (_lock)
        {
            return _settled.TryGetValue((settled.Unit, settled.Period, settled.Direction), out var known) ? known.Unmeasured : TimeSpan.Zero;
        }
    }

    /// <summary>Of each point what it delivered of its orders, ‰, oldest first; periods in which something was not measured say nothing of homes.</summary>
    public IReadOnlyDictionary<PodCode, IReadOnlyList<int>> History()
    {
        lock (_lock)
        {
            return DeliveryHistory.Of(_settled.Values.Where(settled => settled.Unmeasured < MeasuredWhole).Select(settled => settled.Settlement));
        }
    }

    /// <summary>What the points of a unit read in a period; kept beyond a stop where the market's baseline is moved by it.</summary>
    public void Measure(Period period, IEnumerable<(PodCode Point, MeterReading Reading)> readings, DateTimeOffset now)
    {
        var entry = new ReadingEntry(now, period.Index, [.. readings.Select(one => new ReadingLine(one.Point.Value, one.Reading.Energy.WattHours, one.Reading.Milliseconds))]);
        if (Profile.Baseline.AdjustFromSeconds > 0)
        {
            Enter(entry, () => Apply(entry));
            return;
        }

        lock (_lock)
        {
            Apply(entry);
        }
    }

    /// <summary>What each point of a unit did in a period that was ordered: its baseline, moved by the hours before the order where the market's rule says so, beside what was read.</summary>
    /// <param name="told">What it was told to deliver, and what it asks for a kWh of that.</param>
    public ImmutableArray<PointDelivery> Deliveries(UnitId unit, Period period, RegulationDirection direction, Func<PodCode, (Energy Energy, Price Ask)> told)
    {
        lock (_lock)
        {
            return _measurement.Of(Portfolio.Unit(unit)!, period, Profile.Grid.At(OrderChain.Start(Carried(unit, direction), period, Profile.Grid)), told);
        }
    }

    /// <summary>What each point of a unit did in a period that a grid operator had ordered; written down until the operator settles it.</summary>
    /// <param name="told">As for <see cref="Deliveries"/>.</param>
    public void KeepForGrid(UnitId unit, Period period, RegulationDirection direction, Func<PodCode, (Energy Energy, Price Ask)> told, DateTimeOffset now)
    {
        ImmutableArray<PointDelivery> points;
        lock (_lock)
        {
            points = _forGrid.ContainsKey((unit, period, direction)) ? [] : _measurement.Of(Portfolio.Unit(unit)!, period, period, told);
        }

        if (!points.IsEmpty)
        {
            var entry = new GridDeliveryEntry(now, unit.Value, period.Index, direction, DeliveryLine.Of(points));
            Enter(entry, () => Apply(entry));
        }
    }

    /// <summary>What was written down of such a period; empty where nothing was.</summary>
    public ImmutableArray<PointDelivery> ForGrid(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _forGrid.TryGetValue((unit, period, direction), out var kept) ? kept.Points : [];
        }
    }

    /// <summary>Settles a period that was ordered and measured; the same again has no effect.</summary>
    /// <param name="unmeasured">For so much of it nothing was measured.</param>
    public PeriodSettlement? Deliver(UnitPeriod period, DateTimeOffset now, TimeSpan unmeasured = default) => Enter(DeliveryEntry.Of(period, unmeasured, now), () => Apply(period, unmeasured, now));

    private bool Apply(ReadingEntry entry)
    {
        foreach (var point in entry.Points)
        {
            _readings[(PodCode.Parse(point.Pod), new Period(entry.Period))] = new MeterReading(new Energy(point.WattHours), point.Milliseconds);
        }

        return true;
    }

    private bool Apply(GridDeliveryEntry entry)
    {
        _forGrid[(new UnitId(entry.Unit), new Period(entry.Period), entry.Direction)] = ([.. entry.Points.Select(point => point.Delivered)], entry.At);
        return true;
    }

    private PeriodSettlement? Apply(UnitPeriod period, TimeSpan unmeasured, DateTimeOffset now)
    {
        var key = (period.Unit, period.Period, period.Direction);
        if (_settled.ContainsKey(key) || _settlement.Settle(period).Settlement is not { } settlement)
        {
            return null;
        }

        _settled.Add(key, (settlement, unmeasured, now));
        return settlement;
    }
}
