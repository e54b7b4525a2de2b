using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Forecasts the production of a photovoltaic plant from its own history, W ≥ 0.</summary>
/// <remarks>
/// With coordinates: the light of a clear sky, times what the plant usually makes of it at this time of day (tilt, direction, shade
/// and the usual clouds together), times what is left of the last hours' and days' clearness. Without coordinates the same time of
/// day of the days before takes the light's place. Before anything was measured it expects half of what a clear sky would give.
/// Not safe for concurrent use.
/// </remarks>
public sealed class PhotovoltaicForecaster
{
    private const double UsualPart = 0.5;
    private const double DayWithoutPlacePart = 0.4;
    private const double ErrorPart = 0.3;

    private static readonly ImmutableArray<float> Kernel = [1, 0.5f, 0.2f];

    // Under a dull forecast there is more to gain than to lose, under a clear one the other way round; in parts of a clear sky.
    private static readonly BandRules Bands = new(
        [-0.3, -0.15, 0.35, 0.75, -0.5, -0.35, 0.35, 0.55, -0.75, -0.45, 0.2, 0.3], NearPart: 0.3, HourPart: 0.15, FirstStep: 0.1, Unit: 0.1);

    private readonly SeasonalForecaster _forecaster;
    private SpikeGuard _guard;

    private PhotovoltaicForecaster(PeriodGrid grid, long ratedWatts, SeasonOf season, Func<int, double> prior)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ratedWatts);
        _guard = new SpikeGuard(ratedWatts);
        _forecaster = new SeasonalForecaster(grid, new SeasonalModel
        {
            Season = season,
            Prior = prior,
            PriorError = ErrorPart * ratedWatts,
            Kernel = Kernel,
            Fading = new Fading(HoursOfSlow: 8, Slow: 0.4, LearnedTimeOfDay: 1, TimeOfDay: 0.3) { Next = 0.8 },
            HasEnvelope = true,
            Bands = Bands,
        });
    }

    /// <summary>A plant whose place is known.</summary>
    /// <param name="grid">Length of a period.</param>
    /// <param name="latitude">Degrees north, −90 to 90.</param>
    /// <param name="longitude">Degrees east, −180 to 180.</param>
    /// <param name="ratedWatts">Rated power, Wp; what is expected before anything was measured follows from it.</param>
    public static PhotovoltaicForecaster At(PeriodGrid grid, double latitude, double longitude, long ratedWatts = 3_000)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(latitude), 90, nameof(latitude));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(longitude), 180, nameof(longitude));
        return new PhotovoltaicForecaster(grid, ratedWatts, new SunClock(grid, latitude, longitude).At, _ => UsualPart * ratedWatts);
    }

    /// <summary>A plant whose place is not known.</summary>
    /// <param name="grid">Length of a period.</param>
    /// <param name="ratedWatts">Rated power, Wp.</param>
    public static PhotovoltaicForecaster Anywhere(PeriodGrid grid, long ratedWatts = 3_000)
    {
        var slots = 86_400 / grid.LengthSeconds;
        return new PhotovoltaicForecaster(
            grid, ratedWatts,
            period => new Season((int)((period.Index % slots + slots) % slots), 0, 1),
            slot => DayWithoutPlacePart * ratedWatts * Math.Max(0, -Math.Cos(2 * Math.PI * (slot + 0.5) / slots)));
    }

    /// <inheritdoc cref="LoadForecaster.Observe"/>
    public bool Observe(Period period, long watts)
    {
        if (watts is < 0 or > PowerProfile.MostWatts || !_forecaster.IsNews(period))
        {
            return false;
        }

        _forecaster.Observe(period, _guard.Cut(watts));
        return true;
    }

    /// <inheritdoc cref="LoadForecaster.Ahead"/>
    public ImmutableArray<Forecast> Ahead(Period first, int periods) =>
        Forecast.Row(_forecaster, first, periods, _ => (0, PowerProfile.MostWatts));
}
