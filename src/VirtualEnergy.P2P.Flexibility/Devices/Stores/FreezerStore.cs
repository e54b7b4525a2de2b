using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>A freezer, simulated: cold below the warmest that frozen food may be is a store that leaks into the kitchen.</summary>
/// <remarks>
/// One capacity behind one resistance, as the grey-box models of F. Sossan et al. (Sustainable Energy, Grids and Networks 5, 2016) in their shortest
/// form. Fill is the cold below −18 °C, the warmest that quick-frozen food may be (Directive 89/108/EEC); what keeps −18 °C is use. The
/// yearly consumption of the EU label is what keeps −18 °C in a kitchen, so the leak follows from it and the coefficient of performance.
/// </remarks>
public sealed record FreezerStore : StoreModel
{
    private const double HoursAYear = 8_760;

    /// <summary>Below −18 °C; above it the plan looks as far as −15 °C, where food begins to suffer. K.</summary>
    private const double Warm = 3;

    private readonly double _kilowattHoursAYear;
    private readonly double _foodKilograms;
    private readonly double _bandKelvin;
    private readonly double _kitchenCelsius;
    private readonly double _performance;
    private readonly StoreStage _stage;
    private readonly double _band;

    /// <param name="name">Unique in its home.</param>
    /// <param name="kilowattHoursAYear">By its label, kWh a year.</param>
    /// <param name="ratedWatts">Power of the compressor, W; more than what it takes on average.</param>
    /// <param name="foodKilograms">What is in it; frozen food holds 2 kJ/(kg K), as ice does.</param>
    /// <param name="band">How far below −18 °C it may be cooled, K.</param>
    /// <param name="kitchenCelsius">Temperature around it.</param>
    /// <param name="performance">Cold for each Wh of electricity; a compressor reaches about half of the reversed Carnot cycle between −28 and 45 °C, which is 3.4.</param>
    /// <param name="grid">Length of a period.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the compressor cannot hold −18 °C.</exception>
    public FreezerStore(
        string name, double kilowattHoursAYear, long ratedWatts, double foodKilograms = 60, double band = 6, double kitchenCelsius = 22, double performance = 1.6,
        PeriodGrid? grid = null)
        : base(name, grid)
    {
        var meanWatts = Positive(kilowattHoursAYear, nameof(kilowattHoursAYear)) * 1_000 / HoursAYear;
        if (ratedWatts <= meanWatts)
        {
            throw new ArgumentOutOfRangeException(nameof(ratedWatts), ratedWatts, $"The compressor must take more than the mean of {meanWatts:0} W, or the freezer thaws.");
        }

        var difference = Positive(kitchenCelsius + 18, nameof(kitchenCelsius));
        var leakPerKelvin = meanWatts * Positive(performance, nameof(performance)) / difference;
        var capacityPerKelvin = Positive(foodKilograms, nameof(foodKilograms)) * 2_000 / 3_600;
        (_kilowattHoursAYear, _foodKilograms, _bandKelvin, _kitchenCelsius, _performance) = (kilowattHoursAYear, foodKilograms, band, kitchenCelsius, performance);
        _band = Positive(band, nameof(band)) * capacityPerKelvin;
        _stage = new StoreStage(
            -Warm * capacityPerKelvin, _band, 0, KeptOf(capacityPerKelvin / leakPerKelvin), leakPerKelvin * difference * Hours, PerPeriod(ratedWatts), 0, performance, 1, 0);
    }

    public override double InitialFill => _band / 2;

    public override StoreStage At(Period period) => _stage;

    private protected override StoreModel OnOther(PeriodGrid grid) =>
        new FreezerStore(Name, _kilowattHoursAYear, Watts(_stage.MostIn), _foodKilograms, _bandKelvin, _kitchenCelsius, _performance, grid);
}
