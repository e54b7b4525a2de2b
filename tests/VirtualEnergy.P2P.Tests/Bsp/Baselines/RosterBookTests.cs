using System.Buffers.Binary;
using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Baselines;

/// <summary>Three homes are planned at 1,000 Wh a period; two of them are sold for the evening.</summary>
public sealed class RosterBookTests
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 11, 30));
    private static readonly DateTimeOffset Planned = BspSamples.Instant("2026-11-29T15:00:00Z");
    private static readonly DateTimeOffset Six = BspSamples.Instant("2026-11-30T17:00:00Z");
    private static readonly Period Evening = BspSamples.Grid.At(Six);

    private readonly UnitPortfolio _portfolio = BspSamples.Portfolio(BspSamples.Point(1), BspSamples.Point(2), BspSamples.Point(3));
    private readonly BaselineBook _baselines = new(BspSamples.Msd, BspSamples.Sha256);
    private readonly RosterBook _book;

    public RosterBookTests()
    {
        _book = new RosterBook(_baselines, BspSamples.Grid, BspSamples.Sha256);
        Assert.All(_portfolio.Unit().Points, point => Assert.Null(_baselines.Propose(new(point, Day, [.. Enumerable.Repeat(new Energy(1_000), 96)]), Planned)));
    }

    [Fact]
    public void Of_points_that_do_not_count_neither_baseline_nor_measurement_is_taken()
    {
        Freeze();
        Assert.Null(Name(Planned, 3, 1));

        // Home 1 gives 400 Wh, home 3 gives 100, and home 2, of which nothing was sold, takes 700 more than its program of the day before.
        var read = new Dictionary<PodCode, long> { [BspSamples.Pod(1)] = 600, [BspSamples.Pod(2)] = 1_700, [BspSamples.Pod(3)] = 900 };
        var measurement = new UnitMeasurement(BspSamples.Msd, _portfolio, _baselines, _book, (point, _) => MeterReading.Whole(new(read[point]), BspSamples.Grid));
        var counting = measurement.Of(_portfolio.Unit(), Evening, Evening, _ => default);
        Assert.Equal([(BspSamples.Pod(1), 400L), (BspSamples.Pod(3), 100L)], counting.Select(point => (point.Point, point.Delivered(RegulationDirection.Up).WattHours)));

        // Where nothing was named every point counts: 400 + 100 − 700.
        Assert.Equal(-200, measurement.Of(_portfolio.Unit(), Evening.Next, Evening, _ => default).Sum(point => point.Delivered(RegulationDirection.Up).WattHours));
    }

    [Fact]
    public void Who_counts_is_named_before_the_period_and_not_changed_when_it_has_begun()
    {
        Freeze();
        Assert.Null(Name(Planned, 1));
        Assert.Null(Name(Six.AddTicks(-1), 1, 2)); // a later session has sold another home
        var named = _book.Find(BspSamples.Uvam, Evening);
        Assert.Equal("roster-late", Name(Six, 3)?.Code);
        Assert.Same(named, _book.Find(BspSamples.Uvam, Evening));
        Assert.Equal([true, true, false], _portfolio.Unit().Points.Select(named!.Has));
    }

    [Fact]
    public void Nobody_counts_of_whom_no_baseline_is_frozen()
    {
        Assert.Equal("no-baseline", Name(Planned, 1)?.Code);
        Freeze();
        Assert.Null(Name(Planned, 9, 2));
        Assert.Equal([BspSamples.Pod(2)], _book.Find(BspSamples.Uvam, Evening)!.Points);
    }

    [Fact]
    public void The_hash_is_of_the_baselines_hash_and_of_who_counts()
    {
        Freeze();
        Assert.Null(Name(Planned, 3, 1));
        var roster = _book.Find(BspSamples.Uvam, Evening)!;

        // Written out by the rule: texts with their lengths, numbers in 64 bits, big-endian.
        byte[] bytes =
        [
            .. Text("VE-ROSTER-1"), .. _baselines.Find(BspSamples.Uvam, Day)!.Hash.ToArray(), .. Text("UVAM-SARD-1"), .. Number(Evening.Index), .. Number(2),
            .. Text("IT001E00000001"), .. Text("IT001E00000003"),
        ];
        Assert.Equal(BspSamples.Sha256(bytes), roster.Hash);

        // The same points of another period, and other points of the same, have other hashes.
        Assert.Null(_book.Name(BspSamples.Uvam, Evening.Next, roster.Points, Planned));
        Assert.NotEqual(roster.Hash, _book.Find(BspSamples.Uvam, Evening.Next)!.Hash);
        Assert.Null(Name(Planned, 1));
        Assert.NotEqual(roster.Hash, _book.Find(BspSamples.Uvam, Evening)!.Hash);
    }

    private static byte[] Text(string text) => [.. Number(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private void Freeze() => Assert.NotNull(_baselines.Freeze(_portfolio.Unit(), Day, Planned).Baseline);

    private Objection? Name(DateTimeOffset now, params int[] points) => _book.Name(BspSamples.Uvam, Evening, points.Select(BspSamples.Pod), now);
}
