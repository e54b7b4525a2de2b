using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What a home's real meter has counted over the last four weeks, so that its forecasts do not begin anew when the node does. One file, replaced whole and
/// readable by its owner alone, since it tells when somebody is at home.
/// </summary>
/// <remarks>A file that is something else is set aside: expecting less well is no reason not to run. Not safe for concurrent use.</remarks>
public sealed class MeasuredHistory
{
    /// <summary>What is further back teaches nothing.</summary>
    private const int KeptSeconds = 28 * 86_400;

    /// <summary>A clock that was ahead by more than a day is believed no longer in what it dated.</summary>
    private const int AheadSeconds = 86_400;

    /// <summary>More than any home: 10 MW.</summary>
    private const long MostWatts = 10_000_000;

    private const long MostBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 4,
    };

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly List<CountedPeriod> _kept = [];
    private PeriodGrid _grid = PeriodGrid.QuarterHour;
    private bool _isToldOnce;

    private MeasuredHistory(string path, ILogger logger) => (_path, _logger) = (path, logger);

    /// <summary>Reads what was kept; nothing where there is no file yet.</summary>
    /// <param name="logger">Told of a file that is set aside, or cannot be written.</param>
    public static MeasuredHistory Open(string path, ILogger logger)
    {
        var history = new MeasuredHistory(path, logger);
        try
        {
            if (File.Exists(path) && history.ProblemOf(path) is { } problem)
            {
                history.SetAside(problem);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} cannot be read, and the home's forecasts begin anew: {Why}", path, failure.Message);
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
        Write();
    }

    private void Write()
    {
        try
        {
            PrivateFile.Write(_path, file => JsonSerializer.Serialize(
                file, new Kept(_grid.LengthSeconds, [.. _kept.Select(counted => (long[])[counted.Period.Index, counted.Load.WattHours, counted.Sun.WattHours])]), Json));
            _isToldOnce = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isToldOnce)
            {
                _isToldOnce = true;
                _logger.LogWarning("{Path} cannot be written; after a restart the home's forecasts begin with what it holds: {Why}", _path, failure.Message);
            }
        }
    }

    private string? ProblemOf(string path)
    {
        if (new FileInfo(path).Length > MostBytes)
        {
            return $"it is larger than {MostBytes} bytes";
        }

        try
        {
            return JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(path), Json) is { } kept ? ProblemOf(kept) : "it is empty";
        }
        catch (JsonException)
        {
            return "it is no history";
        }
    }

    private string? ProblemOf(Kept kept)
    {
        if (kept.SecondsAPeriod is not (300 or 900 or 1_800 or 3_600) || kept.Counted is null || kept.Counted.Length > KeptSeconds / kept.SecondsAPeriod)
        {
            return "it has periods of no market, or too many";
        }

        var (most, last) = (MostWatts * kept.SecondsAPeriod / 3_600, -1L);
        foreach (var row in kept.Counted)
        {
            if (row is not [var period, var load, var sun] || period <= last || load < 0 || load > most || sun < 0 || sun > most)
            {
                _kept.Clear();
                return "a period in it is out of order or was never counted";
            }

            _kept.Add(new CountedPeriod(new Period(period), new Energy(load), new Energy(sun)));
            last = period;
        }

        _grid = new PeriodGrid(kept.SecondsAPeriod);
        return null;
    }

    private void SetAside(string problem)
    {
        File.Move(_path, _path + ".broken", overwrite: true);
        _logger.LogWarning("{Path} is set aside as {Path}.broken, and the home's forecasts begin anew: {Why}.", _path, _path, problem);
    }

    /// <param name="SecondsAPeriod">Length of a period.</param>
    /// <param name="Counted">Period, load in Wh, sun in Wh, each.</param>
    private sealed record Kept(int SecondsAPeriod, long[][] Counted);
}
