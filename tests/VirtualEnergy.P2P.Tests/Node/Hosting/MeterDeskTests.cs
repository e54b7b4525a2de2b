using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Signing;
using VirtualEnergy.P2P.Tests.Node.Drivers;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

/// <summary>Twelve o'clock begins a quarter of an hour, and its gate closes five minutes before; the result is there at once.</summary>
public sealed class MeterDeskTests : IAsyncDisposable
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;
    private static readonly DateTimeOffset Twelve = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly Period Noon = Grid.At(Twelve);

    private readonly CountedTime _time = new(Twelve.AddMinutes(-5));
    private readonly List<MeterReading> _sent = [];
    private readonly PendingBid _pending;
    private readonly ReadingPost _post;
    private readonly JoinedMarket _market;
    private readonly MeterDesk _desk;

    public MeterDeskTests()
    {
        _pending = new PendingBid(
            (_, payload, _) =>
            {
                Assert.True(WireFormat.TryReadMeterReading(payload.Span, out var reading, out string? _));
                _sent.Add(reading!);
                return Task.CompletedTask;
            },
            new CountedTime(Twelve), NullLogger.Instance);
        _post = new ReadingPost(Member(0), "meters", _pending, _ => { }, NullLogger.Instance);
        _market = JoinedMarket.Join(
            new MarketDescription("village", 31337, Key(3).Address.ToString(), ProviderKey.Address.ToString(), MarketRules.Default), null,
            new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), SupplierTariff.Flat(new Price(280_000), new Price(90_000)), false, _time, NullLogger.Instance);
        _desk = new MeterDesk(Member(0), _post, () => _market, (work, _) => work(), NullLogger.Instance) { Clock = _time };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _desk.Dispose();
        return _post.DisposeAsync();
    }

    [Fact]
    public async Task In_a_market_by_the_clock_a_period_is_read_when_it_is_over_also_by_a_clock_ten_seconds_behind()
    {
        Announce(Noon, closesBefore: TimeSpan.FromMinutes(5));
        await RunAsync(Noon, 100);
        _time.Advance(TimeSpan.FromMinutes(20)); // the period's end
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(_sent);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((Noon, new Energy(100), 1L), (Assert.Single(_sent).Period, _sent[0].Import, _sent[0].Number));
    }

    [Fact]
    public async Task While_one_period_waits_to_be_over_the_next_is_allotted_and_each_is_read_in_its_time()
    {
        Announce(Noon, closesBefore: TimeSpan.FromMinutes(5));
        await RunAsync(Noon, 100);
        _time.Advance(TimeSpan.FromMinutes(15));
        Announce(Noon.Next, closesBefore: TimeSpan.FromMinutes(5));
        await RunAsync(Noon.Next, 70);
        _time.Advance(TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal([(Noon, 100L), (Noon.Next, 70L)], _sent.Select(reading => (reading.Period, reading.Import.WattHours)));
    }

    [Fact]
    public async Task What_an_order_changes_of_a_period_that_is_not_over_is_read_with_it()
    {
        Announce(Noon, closesBefore: TimeSpan.FromMinutes(5));
        await RunAsync(Noon, 100);
        _time.Advance(TimeSpan.FromMinutes(10));
        await _desk.AmendedAsync(_market, HomeKey(0), Of(Noon, 40), _time, Cancellation);
        Assert.Empty(_sent);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(40, Assert.Single(_sent).Import.WattHours);
    }

    [Fact]
    public async Task In_simulated_time_a_period_is_read_at_once_also_where_its_date_is_todays()
    {
        // A gate that closes thirty seconds from now by the wall clock, whatever it delivers; everybody has bid, so the result is there already.
        _desk.Announced(new RoundAnnouncement(Noon, Grid.StartOf(Noon), _time.GetUtcNow().AddSeconds(30)), HomeKey(0), Cancellation);
        await RunAsync(Noon, 100);
        Assert.Equal(100, Assert.Single(_sent).Import.WattHours);

        var past = new Period(1_994_832);
        _desk.Announced(new RoundAnnouncement(past, Grid.StartOf(past), _time.GetUtcNow().AddSeconds(30)), HomeKey(0), Cancellation);
        await RunAsync(past, 90);
        Assert.Equal(90, _sent[^1].Import.WattHours);
    }

    [Fact]
    public async Task A_period_that_was_over_before_its_result_came_is_read_at_once()
    {
        Announce(Noon, closesBefore: TimeSpan.FromMinutes(5));
        _time.Advance(TimeSpan.FromHours(3));
        await RunAsync(Noon, 100);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task A_real_meters_reading_waits_for_a_clock_ten_seconds_behind_as_well()
    {
        _desk.Real = (_, _, _) => Task.FromResult<PeriodCounts?>(new PeriodCounts(new Energy(120), Energy.Zero, null));
        await RunAsync(Noon, 100);
        await _time.UntilAsync(1);
        Assert.Empty(_sent);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(SpinWait.SpinUntil(() => _sent.Count == 1, TimeSpan.FromSeconds(60)));
        Assert.Equal(120, _sent[0].Import.WattHours);
    }

    private void Announce(Period period, TimeSpan closesBefore) =>
        _desk.Announced(new RoundAnnouncement(period, Grid.StartOf(period), Grid.StartOf(period) - closesBefore), HomeKey(0), Cancellation);

    private Task RunAsync(Period period, long import) => _desk.RanAsync(_market, HomeKey(0), Of(period, import), Cancellation);

    private static Delivery Of(Period period, long import) =>
        new(period, Energy.Zero, [], new Energy(import), Energy.Zero, Energy.Zero, Energy.Zero, null);
}
