using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>Measures one unit for its grid operator: energies of each period from the powers of every cycle, whether they are whole, and what stood ready.</summary>
/// <remarks>A home whose measurement is old counts by its program.</remarks>
/// <param name="unit">The unit.</param>
/// <param name="homes">How many homes it has.</param>
/// <param name="stale">How old a measurement may be.</param>
internal sealed class GridMeter(string unit, int homes, TimeSpan stale, PeriodGrid grid)
{
    // A period counts as measured with nineteen twentieths of its homes' time.
    private const int LeastPermille = 950;

    private const long WattMillisecondsPerWattHour = 3_600_000;

    // Watt-milliseconds; what is rounded away goes into the next period.
    private Int128 _measured;
    private Int128 _baseline;
    private DateTimeOffset? _last;
    private Period _period;
    private long _fresh;
    private (long Up, long Down)? _least;

    /// <summary>A cycle.</summary>
    /// <returns>The period that is over with it, or null.</returns>
    public MeasuredLine? Add(DateTimeOffset now, ImmutableArray<HomeState> states)
    {
        var closed = _last is { } last && now > last ? Add(last, now, states) : null;
        _period = _last is null ? grid.At(now) : _period;
        _last = now;
        return closed;
    }

    private MeasuredLine? Add(DateTimeOffset last, DateTimeOffset now, ImmutableArray<HomeState> states)
    {
        // A cycle belongs to the period in which it began. Over a time in which nothing was measured nothing is counted.
        var closed = grid.At(last) is var period && period != _period ? Close(period) : null;
        var until = now - last <= stale ? now : last;
        var milliseconds = (until - last).Ticks / TimeSpan.TicksPerMillisecond;
        var situation = UnitSituation.Of(states, now, stale);
        (_measured, _baseline) = (_measured + (Int128)milliseconds * situation.MeasuredWatts, _baseline + (Int128)milliseconds * situation.BaselineWatts);
        _fresh += milliseconds * situation.Fresh;
        _least = (Math.Min(_least?.Up ?? long.MaxValue, situation.UpWatts), Math.Min(_least?.Down ?? long.MaxValue, situation.DownWatts));
        return closed;
    }

    private MeasuredLine Close(Period next)
    {
        var isWhole = _fresh * 1_000 >= (long)grid.LengthSeconds * 1_000 * homes * LeastPermille;
        var line = new MeasuredLine(
            unit, _period.Index, Take(ref _measured), isWhole, Take(ref _baseline), _least?.Up ?? 0, _least?.Down ?? 0);
        (_period, _fresh, _least) = (next, 0, null);
        return line;
    }

    private static long Take(ref Int128 wattMilliseconds)
    {
        var wattHours = (wattMilliseconds + (wattMilliseconds < 0 ? -1 : 1) * WattMillisecondsPerWattHour / 2) / WattMillisecondsPerWattHour;
        wattMilliseconds -= wattHours * WattMillisecondsPerWattHour;
        return (long)wattHours;
    }
}
