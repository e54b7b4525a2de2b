using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// An electric water heater, simulated: a well mixed tank whose fill is the heat above the coldest useful temperature. A litre warmed by a
/// kelvin holds 1.163 Wh.
/// </summary>
public sealed record WaterHeaterStore : StoreModel
{
    internal const double WattHoursPerLitreKelvin = 1.163;
    private const int ReserveDays = 3;

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

    public override double InitialFill => _ceiling / 2;

    public override StoreStage At(Period period) => Stage(_drawn.At(period));

    /// <summary>
    /// What was drawn at the same time of the last day; and kept for what may be drawn, as much as on one of the last three days around that time.
    /// </summary>
    public override StoreStage[] Expected(Period now, int length) => [.. Enumerable.Range(0, length).Select(t => Expected(new Period(now.Index + t), now))];

    private StoreStage Expected(Period period, Period now)
    {
        var (seen, day, most) = (LastSeen(period, now), 86_400 / Grid.LengthSeconds, 0.0);
        for (var back = 0; back < ReserveDays; back++)
        {
            most = Math.Max(most, DrawnAround(new Period(seen.Index - back * day), now));
        }

        return Stage(_drawn.At(seen)) with { Wanted = Math.Min(most, 0.9 * _ceiling) };
    }

    // Two and a half hours to either side, as far as that is over.
    private double DrawnAround(Period middle, Period now)
    {
        var (reach, sum) = ((long)(2.5 / Hours), 0.0);
        for (var i = middle.Index - reach; i <= Math.Min(middle.Index + reach, now.Index - 1); i++)
        {
            sum += PerPeriod(_drawn.At(new Period(i)));
        }

        return sum;
    }

    private StoreStage Stage(long drawnWatts) =>
        new(-_ceiling, _ceiling, 0, _standing > 0 ? KeptOf(_ceiling / _standing) : 1, PerPeriod(drawnWatts), _power, 0, 1, 1, 0);
}
