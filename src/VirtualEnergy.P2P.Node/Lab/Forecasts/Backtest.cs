using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Forecasts;

/// <summary>
/// Goes through a measured series, forecasting before each period and only then showing it to the forecaster: every forecast is
/// made from what lay before it.
/// </summary>
public sealed class Backtest
{
    /// <summary>15 minutes, 1, 6, 24 and 36 hours.</summary>
    public static readonly ImmutableArray<int> Horizons = [1, 4, 24, 96, 144];

    private const int Day = 96;

    /// <summary>Two days are not judged: persistence 36 hours ahead needs them, and a forecaster may use them to begin.</summary>
    private const int FirstJudged = 2 * Day;

    private readonly ErrorSums[] _sums = [.. Horizons.Select(_ => new ErrorSums())];

    /// <param name="first">First period of the series.</param>
    /// <param name="measured">A value a period, or null where there is none.</param>
    /// <param name="ahead">Forecasts.</param>
    /// <param name="observe">Shows a measurement.</param>
    /// <param name="isNight">Whether a value and its persistence say nothing together; then the period is not judged.</param>
    public Backtest(
        Period first, IReadOnlyList<long?> measured, Func<Period, int, ImmutableArray<Forecast>> ahead, Func<Period, long, bool> observe,
        Func<long, long, bool>? isNight = null)
    {
        long? last = null;
        for (var now = 0; now < measured.Count; now++)
        {
            if (now >= Day && last is { } lastValue)
            {
                var forecasts = ahead(new Period(first.Index + now), Horizons[^1]);
                for (var i = 0; i < Horizons.Length; i++)
                {
                    var at = now + Horizons[i] - 1;
                    var before = at - (Horizons[i] <= Day ? Day : 2 * Day);
                    if (at >= FirstJudged && at < measured.Count && measured[at] is { } value && measured[before] is { } persistence
                        && isNight?.Invoke(value, persistence) != true)
                    {
                        _sums[i].Add(forecasts[Horizons[i] - 1], value, persistence, lastValue);
                    }
                }
            }

            if (measured[now] is { } news)
            {
                observe(new Period(first.Index + now), news);
                last = news;
            }
        }
    }

    public static IEnumerable<ForecastScore> Scores(IEnumerable<Backtest> tests, string quantity, string unit)
    {
        var all = tests.ToArray();
        for (var i = 0; i < Horizons.Length; i++)
        {
            var sums = new ErrorSums();
            foreach (var test in all)
            {
                sums.Add(test._sums[i]);
            }

            if (sums.Score(quantity, unit, Horizons[i]) is { } score)
            {
                yield return score;
            }
        }
    }
}
