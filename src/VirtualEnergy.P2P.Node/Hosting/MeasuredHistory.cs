using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What a home's real meter has counted over the last four weeks, so that its forecasts do not begin anew when the node does. Not safe for concurrent use.
/// </summary>
public sealed class MeasuredHistory
{
    /// <summary>What is further back teaches nothing.</summary>
    private const int KeptSeconds = 28 * 86_400;

    /// <summary>A clock that was ahead by more than a day is believed no longer in what it dated.</summary>
    private const int AheadSeconds = 86_400;

    /// <summary>More than any home: 10 MW.</summary>
    private const long MostWatts = 10_000_000;

    private readonly KeptFile<Kept> _file;
    private readonly List<CountedPeriod> _kept = [];
    private PeriodGrid _grid = PeriodGrid.QuarterHour;

    private MeasuredHistory(KeptFile<Kept> file) => _file = file;

    /// <summary>Reads what was kept; nothing where there is no file yet, or another one.</summary>
    public static MeasuredHistory Open(string path, ILogger logger)
    {
        var history = new MeasuredHistory(new KeptFile<Kept>(path, "the home's forecasts begin", logger));
        if (history._file.Read(IsSound) is { } kept)
        {
            history._grid = new PeriodGrid(kept.SecondsAPeriod);
            history._kept.AddRange(kept.Counted.Select(row => new CountedPeriod(new Period(row[0]), new Energy(row[1]), new Energy(row[2]))));
        }

        return history;
    }

    /// <summary>What was counted, in order; nothing where it was counted in periods of another length.</summary>
    public ImmutableArray<CountedPeriod> In(PeriodGrid grid) => grid == _grid ? [.. _kept] : [];

    /// <summary>A period was counted; durable when this returns, where the file can be written.</summary>
    public void Keep(PeriodGrid grid, CountedPeriod counted)
    {
        if (grid != _grid)
        {
            _grid = grid;
            _kept.Clear();
        }

        _kept.RemoveAll(known => known.Period == counted.Period || known.Period.Index - counted.Period.Index > AheadSeconds / grid.LengthSeconds);
        var place = _kept.FindLastIndex(known => known.Period < counted.Period) + 1;
        _kept.Insert(place, counted);
        _kept.RemoveRange(0, Math.Max(0, _kept.Count - KeptSeconds / grid.LengthSeconds));
        _file.Write(new Kept(_grid.LengthSeconds, [.. _kept.Select(known => (long[])[known.Period.Index, known.Load.WattHours, known.Sun.WattHours])]));
    }

    private static bool IsSound(Kept kept)
    {
        if (kept.SecondsAPeriod is not (300 or 900 or 1_800 or 3_600) || kept.Counted is null || kept.Counted.Length > KeptSeconds / kept.SecondsAPeriod)
        {
            return false;
        }

        var (most, last) = (MostWatts * kept.SecondsAPeriod / 3_600, -1L);
        foreach (var row in kept.Counted)
        {
            if (row is not [var period, var load, var sun] || period <= last || load < 0 || load > most || sun < 0 || sun > most)
            {
                return false;
            }

            last = period;
        }

        return true;
    }

    /// <param name="SecondsAPeriod">Length of a period.</param>
    /// <param name="Counted">Period, load in Wh, sun in Wh, each.</param>
    private sealed record Kept(int SecondsAPeriod, long[][] Counted);
}
