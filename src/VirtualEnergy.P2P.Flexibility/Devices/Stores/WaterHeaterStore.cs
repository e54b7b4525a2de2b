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
    private const double MostWanted = 0.9;

    private readonly PowerProfile _drawn;
    private readonly double _power;
    private readonly double _litres;
    private readonly double _span;
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
        (_litres, _span) = (Positive(litres, nameof(litres)), Positive(span, nameof(span)));
        _ceiling = _litres * _span * WattHoursPerLitreKelvin;
        _standing = NotNegative(standingWatts, nameof(standingWatts));
    }

    public override double InitialFill => _ceiling / 2;

    public override StoreStage At(Period period) => Stage(PerPeriod(_drawn.At(period)));

    /// <summary>See <see cref="DrawnBefore"/>. Before a day is over, nothing but a tank that is nearly full is sure to be enough.</summary>
    public override StoreStage[] Expected(Period now, int length)
    {
        var before = new DrawnBefore(_drawn, now, Grid, _power);
        var (use, wanted) = (new double[length], new double[length]);
        if (before.IsEmpty)
        {
            Array.Fill(wanted, _ceiling);
        }
        else
        {
            before.Expect(use, wanted);
        }

        return [.. use.Select((drawn, t) => Stage(drawn) with { Wanted = Math.Min(wanted[t], MostWanted * _ceiling) })];
    }

    /// <summary>As long as something is drawn, what the rest of such draws needs beyond what is heated in the next period.</summary>
    public override double NeededAfter(Period period)
    {
        if (_drawn.At(period) <= 0)
        {
            return 0;
        }

        var before = new DrawnBefore(_drawn, period.Next, Grid, _power);
        if (before.IsEmpty)
        {
            return 0;
        }

        Span<double> next = stackalloc double[2];
        before.Expect(next[..1], next[1..]);
        return Math.Clamp(next[0] + next[1] - _power, 0, MostWanted * _ceiling);
    }

    private protected override StoreModel OnOther(PeriodGrid grid) => new WaterHeaterStore(Name, Watts(_power), _litres, _drawn.On(grid), _standing, _span, grid);

    private StoreStage Stage(double drawn) => new(-_ceiling, _ceiling, 0, _standing > 0 ? KeptOf(_ceiling / _standing) : 1, drawn, _power, 0, 1, 1, 0);
}
