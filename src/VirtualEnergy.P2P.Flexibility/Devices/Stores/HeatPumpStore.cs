using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// A modulating air-to-water heat pump and the building that it heats, simulated: heat above the lowest comfortable temperature is a
/// store that leaks into the cold.
/// </summary>
/// <remarks>
/// The building is one capacity behind one resistance (ISO 13790's simple model in its shortest form). Fill is the heat above the lowest
/// comfortable temperature, which is 0; the band's top is the ceiling. What keeps the rooms at the lowest temperature is use; what
/// is above it loses more, in proportion. The coefficient of performance follows from source and flow temperature by the regression of
/// I. Staffell, D. Brett, N. Brandon and A. Hawkes, "A review of domestic heat pumps", Energy &amp; Environmental Science 5 (2012) 9291.
/// </remarks>
public sealed record HeatPumpStore : StoreModel
{
    /// <summary>Below the lowest comfortable temperature rooms can still cool down; the plan does not look further than this. K.</summary>
    private const double Cold = 4;

    private readonly PowerProfile _heat;
    private readonly double _power;
    private readonly double _capacityPerKelvin;
    private readonly double _lossPerKelvin;
    private readonly double _band;

    /// <param name="name">Unique in its home.</param>
    /// <param name="ratedWatts">Highest electrical power, W.</param>
    /// <param name="heat">Heat that keeps the lowest comfortable temperature, W of heat per period.</param>
    /// <param name="capacityPerKelvin">Heat that warms the building by a kelvin, Wh/K.</param>
    /// <param name="lossPerKelvin">Heat that it loses for each kelvin of difference to outside, W/K.</param>
    /// <param name="band">Highest comfortable temperature less the lowest, K.</param>
    /// <param name="grid">Length of a period.</param>
    public HeatPumpStore(
        string name, long ratedWatts, PowerProfile heat, double capacityPerKelvin, double lossPerKelvin, double band, PeriodGrid? grid = null)
        : base(name, grid)
    {
        _heat = heat;
        _power = PerPeriod((long)Positive(ratedWatts, nameof(ratedWatts)));
        _capacityPerKelvin = Positive(capacityPerKelvin, nameof(capacityPerKelvin));
        _lossPerKelvin = Positive(lossPerKelvin, nameof(lossPerKelvin));
        _band = Positive(band, nameof(band));
    }

    /// <summary>Temperature that the heat profile keeps, °C.</summary>
    public double LowestCelsius { get; init; } = 20;

    /// <summary>Flow temperature of floor heating with some reserve, °C.</summary>
    public double FlowCelsius { get; init; } = 40;

    /// <summary>Half of the band.</summary>
    public override double InitialFill => _band * _capacityPerKelvin / 2;

    /// <summary>Heat for each Wh of electricity at a difference between flow and outside, K.</summary>
    public static double Performance(double difference)
    {
        // The regression was made between 15 and 60 K.
        var kelvin = Math.Clamp(difference, 15, 60);
        return 6.81 - 0.121 * kelvin + 0.000630 * kelvin * kelvin;
    }

    public override StoreStage At(Period period) => Stage(_heat.At(period));

    /// <summary>See <see cref="HeatBefore"/>. Nothing is kept for a period that needs more: it is heated in the one in which it is seen.</summary>
    public override StoreStage[] Expected(Period now, int length) => new HeatBefore(_heat, now).Stages(length, Stage);

    private protected override StoreModel OnOther(PeriodGrid grid) => new HeatPumpStore(Name, Watts(_power), _heat.On(grid), _capacityPerKelvin, _lossPerKelvin, _band, grid)
    {
        LowestCelsius = LowestCelsius,
        FlowCelsius = FlowCelsius,
    };

    private StoreStage Stage(long heatWatts)
    {
        // The outside temperature that explains the heat.
        var outside = LowestCelsius - heatWatts / _lossPerKelvin;
        return new StoreStage(
            -Cold * _capacityPerKelvin, _band * _capacityPerKelvin, 0, KeptOf(_capacityPerKelvin / _lossPerKelvin), PerPeriod(heatWatts),
            _power, 0, Performance(FlowCelsius - outside), 1, 0);
    }
}
