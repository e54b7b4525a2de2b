using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Forecasts the local market's price from its history, µEUR/kWh.</summary>
/// <remarks>
/// What is learned is where the price lies between what the supplier gives and what it asks, by local time of day;
/// no forecast is outside the two. Before anything was cleared it expects the middle. Not safe for concurrent use.
/// </remarks>
public sealed class PriceForecaster
{
    private static readonly ImmutableArray<float> Kernel = [1, 0.6f, 0.35f, 0.2f];
    private static readonly BandRules Bands = new([-2, -1.2, 1.2, 2], NearPart: 1, HourPart: 0, FirstStep: 0.2, Unit: 0.3);

    private readonly SupplierTariff _tariff;
    private readonly SeasonalForecaster _forecaster;

    /// <param name="grid">Length of a period.</param>
    /// <param name="tariff">The supplier's prices that most of the market's members have.</param>
    public PriceForecaster(PeriodGrid grid, SupplierTariff tariff)
    {
        _tariff = tariff;
        var clock = new LocalClock(grid);
        _forecaster = new SeasonalForecaster(grid, new SeasonalModel
        {
            Season = clock.SeasonOf,
            Prior = _ => 0.5,
            PriorError = 0.2,
            Kernel = Kernel,
            Fading = new Fading(HoursOfSlow: 24, Slow: 0.3, LearnedTimeOfDay: 0.5, TimeOfDay: 0.2),
            Bands = Bands,
        });
    }

    /// <summary>Takes in a cleared price; a period in which nothing was cleared is left out.</summary>
    /// <returns>False, and nothing is taken in, if the period is not after the last one or the supplier had no spread.</returns>
    public bool Observe(Period period, Price price)
    {
        var (low, high) = Bounds(period);
        if (high <= low || !_forecaster.IsNews(period))
        {
            return false;
        }

        _forecaster.Observe(period, (double)(Math.Clamp(price.MicroEurPerKWh, low, high) - low) / (high - low));
        return true;
    }

    /// <summary>Forecasts periods in a row, µEUR/kWh.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="periods">Number of periods, 0 or more.</param>
    public ImmutableArray<Forecast> Ahead(Period first, int periods) => Forecast.Row(_forecaster, first, periods, Bounds, isPart: true);

    private (long Low, long High) Bounds(Period period)
    {
        var prices = _tariff.At(period);
        return (Price.Min(prices.Import, prices.Export).MicroEurPerKWh, Price.Max(prices.Import, prices.Export).MicroEurPerKWh);
    }
}
