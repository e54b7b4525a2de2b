using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>What a home expects of its load and its plant, learned from everything that it measured before the period in question.</summary>
/// <remarks>Asked for periods in order. Not safe for concurrent use.</remarks>
internal sealed class LearnedForecast
{
    private readonly HomeDescription _home;
    private readonly PeriodGrid _grid;
    private readonly LoadForecaster _load;
    private readonly PhotovoltaicForecaster? _sun;
    private readonly LastRow _loadAhead;
    private readonly LastRow? _sunAhead;
    private Period _next;

    /// <param name="home">Its measured profiles are looked at only where they lie before what is asked for.</param>
    /// <param name="first">First period that was measured.</param>
    /// <param name="grid">Length of a period.</param>
    public LearnedForecast(HomeDescription home, Period first, PeriodGrid grid)
    {
        (_home, _next, _grid) = (home, first, grid);
        _load = new LoadForecaster(grid, Math.Max(1, home.ConnectionWatts));
        _sun = home.Photovoltaics is null ? null : PhotovoltaicForecaster.Anywhere(grid, Math.Max(1, home.ConnectionWatts));
        (_loadAhead, _sunAhead) = (new LastRow(_load.Ahead), _sun is null ? null : new LastRow(_sun.Ahead));
    }

    /// <summary>From this period on the home's profiles say nothing, and what was measured is told by <see cref="Counted"/>; null where they always do.</summary>
    public Period? Ends { get; init; }

    /// <summary>A period that a meter has counted, Wh ≥ 0. What comes late or twice is left out, and what never comes is missing.</summary>
    public void Counted(Period period, Energy load, Energy sun)
    {
        Observe(period);
        if (Ends is { } end && period >= end && period >= _next)
        {
            Learn(period, Watts(load), Watts(sun));
        }
    }

    /// <summary>Base load from a period on, Wh a period.</summary>
    public double[] Load(Period now, int length)
    {
        Observe(now);
        return [.. _loadAhead.Of(now, length).Select(Energy)];
    }

    /// <summary>Production from a period on, Wh a period.</summary>
    public double[] Sun(Period now, int length)
    {
        Observe(now);
        return _sunAhead is null ? new double[length] : [.. _sunAhead.Of(now, length).Select(Energy)];
    }

    /// <summary>What load and sun may differ by from that, a period each.</summary>
    public ImmutableArray<NetBand> Bands(Period now, int length)
    {
        Observe(now);
        var (load, sun) = (_loadAhead.Of(now, length), _sunAhead?.Of(now, length));
        return [.. load.Select((forecast, t) => NetBand.Of(forecast, sun?[t], _grid))];
    }

    private void Observe(Period now)
    {
        while (_next < now && (Ends is not { } end || _next < end))
        {
            Learn(_next, _home.Load.At(_next), _home.Photovoltaics?.At(_next) ?? 0);
        }
    }

    private void Learn(Period period, long load, long sun)
    {
        _ = _load.Observe(period, load);
        _ = _sun?.Observe(period, sun);
        _loadAhead.Forget();
        _sunAhead?.Forget();
        _next = period.Next;
    }

    private long Watts(Energy energy) => energy.WattHours * 3_600 / _grid.LengthSeconds;

    private double Energy(Forecast forecast) => forecast.Mean * _grid.LengthSeconds / 3600.0;

    /// <summary>The row that was asked for last: a plan, its bands and what is suggested to the member ask for the same one.</summary>
    private sealed class LastRow(Func<Period, int, ImmutableArray<Forecast>> ahead)
    {
        private (Period First, ImmutableArray<Forecast> Forecasts)? _last;

        public ImmutableArray<Forecast> Of(Period first, int length)
        {
            if (_last is not { } last || last.First != first || last.Forecasts.Length != length)
            {
                _last = last = (first, ahead(first, length));
            }

            return last.Forecasts;
        }

        public void Forget() => _last = null;
    }
}
