using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>
/// Which points count in which period. Until a period begins the latest word counts; from then on nothing is taken. Where nothing was named every point of the frozen baseline counts.
/// </summary>
/// <param name="baselines">What is frozen.</param>
/// <param name="grid">Of the periods.</param>
/// <param name="hash">As that of the baselines.</param>
public sealed class RosterBook(BaselineBook baselines, PeriodGrid grid, ContentHash hash)
{
    private readonly Dictionary<(UnitId Unit, Period Period), UnitRoster> _rosters = [];

    /// <param name="points">Those that count; who has no part in the frozen baseline is left out.</param>
    /// <param name="now">When they were named.</param>
    /// <returns>Null if they count now; otherwise why not, and nothing has changed.</returns>
    public Objection? Name(UnitId unit, Period period, IEnumerable<PodCode> points, DateTimeOffset now)
    {
        if (grid.StartOf(period) is var start && now >= start)
        {
            return new("roster-late", string.Create(CultureInfo.InvariantCulture, $"The period began at {start:u}; who counts in it is named before."));
        }

        if (baselines.Find(unit, MarketDay.Of(period, grid)) is not { } frozen)
        {
            return new("no-baseline", $"No baseline of {unit} is frozen for {MarketDay.Of(period, grid)}.");
        }

        var named = points.ToHashSet();
        ImmutableArray<PodCode> counting = [.. frozen.Points.Select(point => point.Point).Where(named.Contains).Order()];
        _rosters[(unit, period)] = new UnitRoster(unit, period, counting, now, hash(UnitRoster.Bytes(frozen.Hash, unit, period, counting)));
        return null;
    }

    /// <summary>Who counts in a period; null where nothing was named.</summary>
    public UnitRoster? Find(UnitId unit, Period period) => _rosters.GetValueOrDefault((unit, period));

    /// <summary>What was named for a day, rising.</summary>
    public ImmutableArray<UnitRoster> Of(UnitId unit, MarketDay day) =>
        [.. _rosters.Values.Where(roster => roster.Unit == unit && MarketDay.Of(roster.Period, grid) == day).OrderBy(roster => roster.Period)];

    /// <summary>Periods before this one are never asked for again.</summary>
    public void Forget(Period before)
    {
        foreach (var old in _rosters.Keys.Where(key => key.Period < before).ToList())
        {
            _rosters.Remove(old);
        }
    }
}
