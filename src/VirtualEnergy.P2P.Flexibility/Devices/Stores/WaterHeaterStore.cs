using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// An electric water heater, simulated: a well mixed tank whose fill is the heat above the coldest useful temperature. A litre warmed by a
/// kelvin holds 1.163 Wh.
/// </summary>
public sealed record WaterHeaterStore : StoreModel
{
    private const double WattHoursPerLitreKelvin = 1.163;

    private readonly PowerProfile _drawn;
    private readonly double _power;
    private readonly double _ceiling;
    private readonly double _standing;

    /// <param name="name">Unique in its home.</param>
    /// <param name="ratedWatts">Power of the heating element, W.</param>
    /// <param name="litres">Volume.</param>
    /// <param name="drawn">Heat drawn as hot water, W per period.</param>
    /// <param name="standingWatts">Heat that a full tank loses, W; EN 50440's standing loss divided by 24 h.</param>
    /// <param name="span">Hottest less coldest useful temperature, K.</param>
    /// <param name="grid">Length of a period.</param>
    public WaterHeaterStore(string name, long ratedWatts, double litres, PowerProfile drawn, double standingWatts, double span, PeriodGrid? grid = null)
        : base(name, grid)
    {
        _drawn = drawn;
        _power = PerPeriod((long)Positive(ratedWatts, nameof(ratedWatts)));
        _ceiling = Positive(litres, nameof(litres)) * Positive(span, nameof(span)) * WattHoursPerLitreKelvin;
        _standing = NotNegative(standingWatts, nameof(standingWatts));
    }

    /// <summary>Heat that is kept for the next draw while it is not known when that comes, Wh: a bath tub of 60 litres.</summary>
    public double Reserve { get; init; } = 2_600;

    public override double InitialFill => _ceiling / 2;

    public override StoreStage At(Period period) => Stage(_drawn.At(period));

    /// <summary>What was drawn at the same time of the last day.</summary>
    public override StoreStage Expected(Period period, Period now) =>
        Stage(_drawn.At(LastSeen(period, now))) with { Wanted = Math.Min(Reserve, 0.9 * _ceiling) };

    private StoreStage Stage(long drawnWatts) =>
        new(-_ceiling, _ceiling, 0, _standing > 0 ? KeptOf(_ceiling / _standing) : 1, PerPeriod(drawnWatts), _power, 0, 1, 1, 0);
}
