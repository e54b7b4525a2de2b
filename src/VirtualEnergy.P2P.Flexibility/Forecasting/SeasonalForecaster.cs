using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Mean and quantiles of one period, in the unit of what was observed.</summary>
internal readonly record struct Quantiles(double Mean, double Low95, double Low68, double High68, double High95);

/// <summary>
/// Forecasts a quantity that follows the day, the week or the sun: what this time of such a day usually brings, plus what is left
/// of the deviations of the last hours and days.
/// </summary>
/// <remarks>
/// Inside, everything is relative to the season's size. Every forecast is held against its measurement with what was known when it
/// was made, so bands are those of real forecasts. Not safe for concurrent use.
/// </remarks>
internal sealed class SeasonalForecaster
{
    private const double KeptSpread = 0.996;
    private const double MostDeviation = 8;
    private const double LeastErrorPart = 0.1;
    private const double LeastSpreadOfPrior = 1e-3;
    private const double LeastSpreadOfUsual = 5e-4;

    private readonly SeasonalModel _model;
    private readonly Horizons _horizons;
    private readonly DailyProfile _usual;
    private readonly ErrorScale _error;
    private readonly RecentLevel _recent;
    private readonly TimeOfDayDeviation _timeOfDay;
    private readonly Promises _promises;
    private readonly ErrorBands _bands;
    private float _spread;
    private long? _last;

    public SeasonalForecaster(PeriodGrid grid, SeasonalModel model)
    {
        var slots = 86_400 / grid.LengthSeconds;
        var periodsAnHour = 3600.0 / grid.LengthSeconds;
        (_model, _spread) = (model, (float)model.PriorError);
        _horizons = Horizons.Of(grid);
        _usual = new DailyProfile(slots, model.Kinds, model.PriorError, model.KernelOn(grid));
        _error = new ErrorScale(slots, model);
        _recent = new RecentLevel(_horizons, periodsAnHour, model.Fading);
        _timeOfDay = new TimeOfDayDeviation(slots, model.Fading.LearnedTimeOfDay);
        _promises = new Promises(_horizons);
        _bands = new ErrorBands(_horizons.Knots, periodsAnHour, model.Bands);
    }

    /// <summary>True for a period after all that were observed.</summary>
    public bool IsNews(Period period) => _last is not { } last || period.Index > last;

    /// <summary>Takes in a measurement; the periods since the last one, if any lie between, were not measured.</summary>
    public void Observe(Period period, double value)
    {
        if (_last is { } last && period.Index - last > 1)
        {
            var missed = period.Index - last - 1;
            _recent.Miss(missed);
            _promises.Miss(last + 1, missed);
        }

        _last = period.Index;
        var season = _model.Season(period);
        if (_error.IsDark(season))
        {
            _recent.Pass();
        }
        else
        {
            Judge(period, season, value / season.Size);
        }

        _usual.Observe(season.Slot, season.Kind, value / season.Size, season.Weight);
        for (var knot = 0; knot < _horizons.Knots.Length; knot++)
        {
            if (_promises.IsKept(period.Index, knot))
            {
                var then = _model.Season(new Period(period.Index + _horizons.Knots[knot]));
                _promises.Make(period.Index, knot, Usual(then) / _spread, _timeOfDay.At(then.Slot));
            }
        }
    }

    /// <summary>Mean and the four quantiles of the periods from <paramref name="first"/> on, in order.</summary>
    public void Ahead(Period first, Span<Quantiles> into)
    {
        Span<double> levels = stackalloc double[_horizons.Knots.Length];
        Span<double> counts = stackalloc double[_horizons.Knots.Length];
        _recent.Ahead(levels, counts);
        for (var i = 0; i < into.Length; i++)
        {
            var period = new Period(first.Index + i);
            var season = _model.Season(period);
            var ahead = _last is { } last ? Math.Max(1, period.Index - last) : _horizons.Longest;
            var (knot, part) = _horizons.Between(ahead);
            var level = levels[knot] + (levels[knot + 1] - levels[knot]) * part;
            var count = counts[knot] + (counts[knot + 1] - counts[knot]) * part;
            if (ahead > _horizons.Longest)
            {
                level *= (double)_horizons.Longest / ahead;
            }

            var mean = _error.Within(season.Slot, Usual(season) + (level + count * _timeOfDay.At(season.Slot)) * _spread);
            into[i] = _error.IsDark(season) ? Dark(season, mean) : Lit(season, mean, knot, part);
        }
    }

    /// <summary>Holds the measurement against what was said of it, and learns from the difference.</summary>
    private void Judge(Period period, Season season, double value)
    {
        Span<double> levels = stackalloc double[_horizons.Knots.Length];
        Span<double> counts = stackalloc double[_horizons.Knots.Length];
        _recent.Told(levels, counts);
        var error = ErrorAt(season.Slot);
        for (var knot = 0; knot < levels.Length; knot++)
        {
            if (!double.IsNaN(levels[knot]) && _promises.TryGet(period.Index, knot, out var promised, out var timeOfDay))
            {
                var usual = promised * _spread;
                var mean = _error.Within(season.Slot, usual + (levels[knot] + counts[knot] * timeOfDay) * _spread);
                _bands.Observe(knot, _error.Bin(season.Slot, mean), (value - mean) / error);
                _recent.Learn(knot, (value - usual) / _spread, timeOfDay, season.Weight * _horizons.Strides[knot]);
            }
        }

        var expected = Usual(season);
        var deviation = Math.Clamp((value - expected) / _spread, -MostDeviation, MostDeviation);
        _recent.Observe(deviation, season.LevelWeight);
        _timeOfDay.Observe(season.Slot, deviation);
        _error.Observe(season, value, Math.Abs(deviation) * _spread);
        var spread = _spread * (1 + (1 - KeptSpread) * season.Weight * (Math.Abs(deviation) - 1));
        _spread = (float)Math.Max(spread, Math.Max(LeastSpreadOfPrior * _model.PriorError, LeastSpreadOfUsual * expected));
    }

    private double Usual(Season season) => _usual.At(season.Slot, season.Kind, _model.Prior(season.Slot));

    private double ErrorAt(int slot) => Math.Max(_error.At(slot), LeastErrorPart * _spread);

    private Quantiles Lit(Season season, double mean, int knot, double part)
    {
        var (error, bin) = (ErrorAt(season.Slot), _error.Bin(season.Slot, mean));
        double At(int quantile) => season.Size * Math.Min(_error.Most(season.Slot), mean + error * _bands.At(knot, part, bin, quantile));

        return new Quantiles(mean * season.Size, At(0), At(1), At(2), At(3));
    }

    // Before dawn there is little to be wrong about; dawn comes a little earlier or later than yesterday.
    private Quantiles Dark(Season season, double mean)
    {
        var potential = _error.At(season.Slot) * season.Size;
        return new Quantiles(Math.Min(mean * season.Size, potential), 0, 0, potential, 3 * potential);
    }
}
