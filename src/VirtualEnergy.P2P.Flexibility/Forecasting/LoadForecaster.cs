using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Forecasts a home's consumption from its own history, W ≥ 0.</summary>
/// <remarks>
/// By local time of day and kind of day, with exponential forgetting, and with what is left of the deviations of the last hours and
/// days. Before anything was measured it expects 340 W throughout: 3,000 kWh a year. Not safe for concurrent use.
/// </remarks>
public sealed class LoadForecaster
{
    private const double PriorWatts = 340;
    private const double PriorErrorWatts = 200;
    private const double UsualPeakWatts = 3_000;

    private static readonly ImmutableArray<float> Kernel = [1, 0.6f, 0.35f, 0.2f];
    private static readonly BandRules Bands = new([-1.6, -1.1, 0.9, 4], NearPart: 1, HourPart: 0, FirstStep: 0.2, Unit: 0.3);

    private readonly SeasonalForecaster _forecaster;
    private readonly long _most;
    private SpikeGuard _guard = new(UsualPeakWatts);

    /// <param name="grid">Length of a period.</param>
    /// <param name="mostWatts">What the connection carries, W: no forecast and no measurement is above it.</param>
    public LoadForecaster(PeriodGrid grid, long mostWatts = PowerProfile.MostWatts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostWatts);
        _most = mostWatts;
        var clock = new LocalClock(grid);
        _forecaster = new SeasonalForecaster(grid, new SeasonalModel
        {
            Season = clock.SeasonOf,
            Kinds = 3,
            Prior = _ => Math.Min(PriorWatts, mostWatts),
            PriorError = PriorErrorWatts,
            Kernel = Kernel,
            Fading = new Fading(HoursOfSlow: 24, Slow: 0.3, LearnedTimeOfDay: 0.2, TimeOfDay: 0.1),
            Bands = Bands,
        });
    }

    /// <summary>Takes in a measurement. Periods may be left out, but come in order.</summary>
    /// <returns>False, and nothing is taken in, if the power is impossible or the period is not after the last one.</returns>
    public bool Observe(Period period, long watts)
    {
        if (watts < 0 || watts > _most || !_forecaster.IsNews(period))
        {
            return false;
        }

        _forecaster.Observe(period, _guard.Cut(watts));
        return true;
    }

    /// <summary>Forecasts periods in a row, W.</summary>
    /// <param name="first">The first of them; commonly the one after the last measurement.</param>
    /// <param name="periods">Number of periods, 0 or more.</param>
    public ImmutableArray<Forecast> Ahead(Period first, int periods) => Forecast.Row(_forecaster, first, periods, _ => (0, _most));
}
