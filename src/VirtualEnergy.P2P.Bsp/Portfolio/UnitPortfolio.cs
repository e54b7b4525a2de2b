using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>All points and units of a provider of balancing services, and what grid operators do not allow. Immutable.</summary>
public sealed class UnitPortfolio
{
    private readonly Dictionary<PodCode, DeliveryPoint> _points;
    private readonly Dictionary<UnitId, VirtualUnit> _units;
    private readonly ILookup<PodCode, VirtualUnit> _unitsOf;
    private readonly ILookup<PodCode, GridVeto> _vetoes;

    /// <exception cref="ArgumentException">A point or a unit comes twice.</exception>
    public UnitPortfolio(IEnumerable<DeliveryPoint> points, IEnumerable<VirtualUnit> units, IEnumerable<GridVeto> vetoes)
    {
        _points = points.ToDictionary(point => point.Code);
        _units = units.ToDictionary(unit => unit.Id);
        _unitsOf = _units.Values.SelectMany(unit => unit.Points.Distinct().Select(point => (point, unit))).ToLookup(pair => pair.point, pair => pair.unit);
        _vetoes = vetoes.ToLookup(veto => veto.Point);
    }

    public IReadOnlyCollection<DeliveryPoint> Points => _points.Values;

    public IReadOnlyCollection<VirtualUnit> Units => _units.Values;

    public DeliveryPoint? Point(PodCode code) => _points.GetValueOrDefault(code);

    public VirtualUnit? Unit(UnitId id) => _units.GetValueOrDefault(id);

    /// <summary>The units that a point is in: one, if all of them are enabled.</summary>
    public IEnumerable<VirtualUnit> UnitsOf(PodCode code) => _unitsOf[code];

    /// <summary>The points of a unit that the portfolio knows, in the unit's order.</summary>
    public ImmutableArray<DeliveryPoint> PointsOf(VirtualUnit unit) => [.. unit.Points.Where(_points.ContainsKey).Select(code => _points[code])];

    /// <summary>What a point may be moved by in a period, in W: what is enabled, and not more than any veto leaves.</summary>
    public long Allowed(DeliveryPoint point, Period period, RegulationDirection direction, MarketProfile profile) =>
        _vetoes[point.Code].Where(veto => veto.Covers(period, direction))
            .Aggregate(point.Enabled(direction, profile), (least, veto) => Math.Min(least, Math.Max(0, veto.Most)));

    /// <summary>The same portfolio with another veto.</summary>
    public UnitPortfolio With(GridVeto veto) => new(_points.Values, _units.Values, _vetoes.SelectMany(group => group).Append(veto));
}
