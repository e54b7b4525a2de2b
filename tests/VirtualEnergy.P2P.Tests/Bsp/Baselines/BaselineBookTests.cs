using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Baselines;

public sealed class BaselineBookTests
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 11, 30));

    // MSD ex-ante closes at 17:00 of the day before, 16:00 UTC.
    private static readonly DateTimeOffset Before = BspSamples.Instant("2026-11-29T15:59:59Z");
    private static readonly DateTimeOffset Gate = BspSamples.Instant("2026-11-29T16:00:00Z");

    private readonly VirtualUnit _unit = BspSamples.Portfolio(BspSamples.Point(2), BspSamples.Point(1)).Unit();
    private readonly BaselineBook _book = new(BspSamples.Msd, BspSamples.Sha256);

    [Fact]
    public void The_latest_proposal_before_the_gate_freezes()
    {
        Assert.Null(_book.Propose(Flat(1, 100), Before));
        Assert.Null(_book.Propose(Flat(1, 120), Before));
        Assert.Null(_book.Propose(Flat(2, -50), Before));
        var frozen = _book.Freeze(_unit, Day, Before).Baseline!;
        Assert.Equal([BspSamples.Pod(1), BspSamples.Pod(2)], frozen.Points.Select(point => point.Point));
        var noon = BspSamples.At("2026-11-30T11:00:00Z");
        Assert.Equal((new Energy(120), new Energy(-50), new Energy(70)), (_book.Find(BspSamples.Pod(1), noon), _book.Find(BspSamples.Pod(2), noon), frozen.Sum(noon, BspSamples.Grid)));
        Assert.Null(_book.Find(BspSamples.Pod(1), BspSamples.At("2026-11-30T23:00:00Z")));
        Assert.Same(frozen, _book.Find(_unit.Id, Day));
    }

    [Fact]
    public void A_late_proposal_and_a_late_freeze_are_refused()
    {
        Assert.Null(_book.Propose(Flat(1, 100), Before));
        Assert.Equal("baseline-late", _book.Propose(Flat(2, 100), Gate)?.Code);
        Assert.Equal("baseline-late", _book.Freeze(_unit, Day, Gate).Refusal?.Code);
        Assert.Null(_book.Find(BspSamples.Pod(1), Day.First(BspSamples.Grid)));
    }

    [Fact]
    public void What_is_frozen_stays_so_even_before_the_gate()
    {
        Assert.Null(_book.Propose(Flat(1, 100), Before.AddHours(-1)));
        var (frozen, _) = _book.Freeze(_unit, Day, Before.AddHours(-1));
        Assert.Equal("baseline-frozen", _book.Propose(Flat(1, 9), Before)?.Code);
        Assert.Equal("baseline-frozen", _book.Freeze(_unit, Day, Before).Refusal?.Code);
        Assert.Equal(frozen, _book.Find(_unit.Id, Day));
        Assert.Null(_book.Propose(Flat(1, 9) with { Day = Day.Before(-1) }, Before)); // another day is free
    }

    [Fact]
    public void A_baseline_has_an_energy_for_every_period_of_its_day()
    {
        Assert.Equal("wrong-length", _book.Propose(new(BspSamples.Pod(1), Day, [.. Enumerable.Repeat(Energy.Zero, 95)]), Before)?.Code);
        var october = new MarketDay(new DateOnly(2027, 10, 31));
        Assert.Equal("wrong-length", _book.Propose(Flat(1, 0) with { Day = october }, Before)?.Code);
        Assert.Null(_book.Propose(new(BspSamples.Pod(1), october, [.. Enumerable.Repeat(Energy.Zero, 100)]), Before));
    }

    [Fact]
    public void A_unit_without_any_proposal_cannot_freeze() => Assert.Equal("no-baseline", _book.Freeze(_unit, Day, Before).Refusal?.Code);

    [Fact]
    public void The_hash_covers_every_energy_the_unit_the_day_and_the_rule()
    {
        ImmutableArray<PointBaseline> points = [Flat(1, 100), Flat(2, 100)];
        var variants = new List<byte[]>
        {
            CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day, points),
            CanonicalBaseline.Bytes(BspSamples.Msd with { Name = "it-msd-2" }, _unit.Id, Day, points),
            CanonicalBaseline.Bytes(BspSamples.Msd with { Baseline = BspSamples.Msd.Baseline with { AdjustMostPermille = 1 } }, _unit.Id, Day, points),
            CanonicalBaseline.Bytes(BspSamples.Msd, new("OTHER"), Day, points),
            CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day.Before(1), points),
            CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day, points.RemoveAt(1)),
        };
        for (var period = 0; period < 96; period++)
        {
            variants.Add(CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day, points.SetItem(0, points[0] with { Energies = points[0].Energies.SetItem(period, new(101)) })));
        }

        Assert.Equal(variants.Count, variants.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(variants[0], CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day, points.Reverse()));
    }

    [Fact]
    public void The_canonical_bytes_are_as_they_are_described()
    {
        // Texts: 8 + 13, 8 + 6, 8 + 11; 9 numbers of period and rule; 4 of the day; a point: 8 + 14 and 96 numbers.
        var bytes = CanonicalBaseline.Bytes(BspSamples.Msd, _unit.Id, Day, [Flat(1, 100)]);
        Assert.Equal(21 + 14 + 9 * 8 + 19 + 4 * 8 + 22 + 96 * 8, bytes.Length);
        Assert.Equal("000000000000000D" + Convert.ToHexString("VE-BASELINE-1"u8) + "0000000000000006" + Convert.ToHexString("it-msd"u8) + "0000000000000384", Convert.ToHexString(bytes)[..86]);
        Assert.Equal("0000000000000064", Convert.ToHexString(bytes)[^16..]);
    }

    [Fact]
    public void A_baseline_that_was_kept_comes_back_only_unchanged()
    {
        Assert.Null(_book.Propose(Flat(1, 100), Before));
        var frozen = _book.Freeze(_unit, Day, Before).Baseline!;
        var after = new BaselineBook(BspSamples.Msd, BspSamples.Sha256);
        Assert.Equal("hash-differs", after.Restore(frozen with { Points = [Flat(1, 101)] })?.Code);
        Assert.Null(after.Restore(frozen));
        Assert.Null(after.Restore(frozen));
        Assert.Equal(new Energy(100), after.Find(BspSamples.Pod(1), Day.First(BspSamples.Grid)));
        var other = new BaselineBook(BspSamples.Msd, BspSamples.Sha256);
        Assert.Null(other.Propose(Flat(2, 1), Before));
        Assert.Equal("baseline-frozen", after.Restore(other.Freeze(_unit, Day, Before).Baseline!)?.Code);
    }

    private static PointBaseline Flat(int number, long wh) => new(BspSamples.Pod(number), Day, [.. Enumerable.Repeat(new Energy(wh), 96)]);
}
