using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>A hash of 32 bytes over canonical bytes; the host gives Keccak-256. This project computes none itself.</summary>
public delegate Hash256 ContentHash(ReadOnlySpan<byte> bytes);

/// <summary>
/// The baselines that are proposed and those that are frozen. Until it is frozen the latest proposal of a point counts; frozen is frozen,
/// and after gate closure nothing is proposed or frozen any more.
/// </summary>
public sealed class BaselineBook(MarketProfile profile, ContentHash hash)
{
    private readonly Dictionary<(PodCode Point, MarketDay Day), PointBaseline> _proposed = [];
    private readonly Dictionary<(UnitId Unit, MarketDay Day), FrozenBaseline> _frozen = [];
    private readonly Dictionary<(PodCode Point, MarketDay Day), (PointBaseline Baseline, DateTimeOffset FrozenAt)> _byPoint = [];

    /// <param name="baseline">A point's day.</param>
    /// <param name="now">When it came.</param>
    /// <returns>Null if it counts now; otherwise why not, and nothing has changed.</returns>
    public Objection? Propose(PointBaseline baseline, DateTimeOffset now)
    {
        if (_byPoint.TryGetValue((baseline.Point, baseline.Day), out var frozen))
        {
            return new("baseline-frozen", string.Create(CultureInfo.InvariantCulture, $"The baseline of {baseline.Point} for {baseline.Day} was frozen at {frozen.FrozenAt:u}."));
        }

        if (Late(baseline.Day, now) is { } late)
        {
            return late;
        }

        if (baseline.Energies.Length != baseline.Day.Count(profile.Grid))
        {
            return new("wrong-length", string.Create(
                CultureInfo.InvariantCulture, $"{baseline.Day} has {baseline.Day.Count(profile.Grid)} periods; the baseline of {baseline.Point} has {baseline.Energies.Length}."));
        }

        _proposed[(baseline.Point, baseline.Day)] = baseline;
        return null;
    }

    /// <summary>Freezes what is proposed for a unit's points. A point without a proposal is left out: it cannot be ordered that day.</summary>
    /// <returns>The frozen baseline, or why there is none.</returns>
    public (FrozenBaseline? Baseline, Objection? Refusal) Freeze(VirtualUnit unit, MarketDay day, DateTimeOffset now)
    {
        if (_frozen.TryGetValue((unit.Id, day), out var before))
        {
            return (null, new("baseline-frozen", string.Create(CultureInfo.InvariantCulture, $"The baseline of {unit.Id} for {day} was frozen at {before.FrozenAt:u}.")));
        }

        if (Late(day, now) is { } late)
        {
            return (null, late);
        }

        ImmutableArray<PointBaseline> points =
            [.. unit.Points.Distinct().Order().Where(point => _proposed.ContainsKey((point, day))).Select(point => _proposed[(point, day)])];
        if (points.IsEmpty)
        {
            return (null, new("no-baseline", $"No point of {unit.Id} has a baseline for {day}."));
        }

        var frozen = new FrozenBaseline(unit.Id, day, points, now, hash(CanonicalBaseline.Bytes(profile, unit.Id, day, points)));
        Keep(frozen);
        return (frozen, null);
    }

    /// <summary>Takes back a frozen baseline that the host kept, as after a restart.</summary>
    /// <returns>Null if its hash is that of its content and nothing else is frozen in its place; otherwise why not.</returns>
    public Objection? Restore(FrozenBaseline frozen)
    {
        if (hash(CanonicalBaseline.Bytes(profile, frozen.Unit, frozen.Day, frozen.Points)) != frozen.Hash)
        {
            return new("hash-differs", $"The baseline of {frozen.Unit} for {frozen.Day} is not what was frozen: its hash differs.");
        }

        if (_frozen.TryGetValue((frozen.Unit, frozen.Day), out var other))
        {
            return other.Hash == frozen.Hash ? null : new("baseline-frozen", $"Another baseline of {frozen.Unit} for {frozen.Day} is frozen.");
        }

        Keep(frozen);
        return null;
    }

    public FrozenBaseline? Find(UnitId unit, MarketDay day) => _frozen.GetValueOrDefault((unit, day));

    /// <summary>The frozen energy of a point in a period; null where nothing is frozen.</summary>
    public Energy? Find(PodCode point, Period period) =>
        _byPoint.GetValueOrDefault((point, MarketDay.Of(period, profile.Grid))).Baseline?.At(period, profile.Grid);

    /// <summary>Days before this one are never asked for again.</summary>
    public void Forget(MarketDay before)
    {
        foreach (var old in _proposed.Keys.Where(key => key.Day.CompareTo(before) < 0).ToList())
        {
            _proposed.Remove(old);
        }

        foreach (var old in _frozen.Keys.Where(key => key.Day.CompareTo(before) < 0).ToList())
        {
            _frozen.Remove(old);
        }

        foreach (var old in _byPoint.Keys.Where(key => key.Day.CompareTo(before) < 0).ToList())
        {
            _byPoint.Remove(old);
        }
    }

    private void Keep(FrozenBaseline frozen)
    {
        _frozen[(frozen.Unit, frozen.Day)] = frozen;
        foreach (var point in frozen.Points)
        {
            _byPoint[(point.Point, frozen.Day)] = (point, frozen.FrozenAt);
            _proposed.Remove((point.Point, frozen.Day));
        }
    }

    private Objection? Late(MarketDay day, DateTimeOffset now) => profile.BaselineGate(day) is var gate && now >= gate
        ? new("baseline-late", string.Create(CultureInfo.InvariantCulture, $"The gate for the baseline of {day} closed at {gate:u}."))
        : null;
}
