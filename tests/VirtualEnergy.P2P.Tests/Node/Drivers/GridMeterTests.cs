using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class GridMeterTests
{
    // Five minutes before noon, as when a round's result comes.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 29, 11, 55, 0, TimeSpan.Zero));
    private readonly Period _noon = PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));
    private readonly DeviceBook _book;
    private readonly GridMeter _meter;

    public GridMeterTests()
    {
        _book = new DeviceBook(_time, NullLogger.Instance);
        _book.Appear(new HomeDevice("m/grid", "Grid", "m", DeviceKind.Meter, "", DeviceAbilities.Measures));
        _book.Appear(new HomeDevice("roof/inverter", "Roof", "roof", DeviceKind.Inverter, "", DeviceAbilities.Measures));
        _meter = new GridMeter(_book, "m/grid", _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_counted_is_the_difference_between_the_periods_ends_and_periods_that_meet_share_one_look()
    {
        var first = Count(_noon);
        At(minutes: 5, import: 1_000, export: 50, production: 900);
        var second = Count(_noon.Next);
        At(minutes: 15, import: 1_250, export: 80, production: 1_000);
        Assert.Equal(new PeriodCounts(new Energy(250), new Energy(30), new Energy(100)), await first);
        At(minutes: 15, import: 1_300, export: 180, production: 1_400);
        Assert.Equal(new PeriodCounts(new Energy(50), new Energy(100), new Energy(400)), await second);
    }

    [Fact]
    public async Task The_first_third_of_a_period_is_counted_beside_all_of_it()
    {
        var (whole, third) = (Count(_noon), _meter.CountThirdAsync(_noon, PeriodGrid.QuarterHour, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        At(minutes: 5, import: 1_000, export: 50, production: 900);
        At(minutes: 5, import: 1_090, export: 50, production: 930);
        Assert.Equal(new PeriodCounts(new Energy(90), Energy.Zero, new Energy(30)), await third);
        At(minutes: 10, import: 1_250, export: 80, production: 1_000);
        Assert.Equal(new PeriodCounts(new Energy(250), new Energy(30), new Energy(100)), await whole);
    }

    [Fact]
    public async Task A_meter_that_was_silent_at_an_end_or_counts_backwards_has_counted_nothing_that_is_known()
    {
        var silent = Count(_noon);
        At(minutes: 5, import: 1_000, export: 0, production: 0);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await silent);
        var backwards = Count(new Period(_noon.Index + 2));
        At(minutes: 15, import: 1_000, export: 0, production: 0);
        At(minutes: 15, import: 999, export: 0, production: 0);
        Assert.Null(await backwards);
    }

    [Fact]
    public async Task A_period_of_another_time_is_not_waited_for()
    {
        Assert.Null(await Count(new Period(_noon.Index - 2)));
        Assert.Null(await Count(new Period(_noon.Index + 96)));
    }

    private Task<PeriodCounts?> Count(Period period) => _meter.CountAsync(period, PeriodGrid.QuarterHour, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    // The meter speaks half a minute before the boundary, and the boundary comes.
    private void At(int minutes, long import, long export, long production)
    {
        _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(30));
        _book.Read("m/grid", new DeviceReading(_time.GetUtcNow(), 0, import, export));
        _book.Read("roof/inverter", new DeviceReading(_time.GetUtcNow(), 0, ExportedWattHours: production));
        _time.Advance(TimeSpan.FromSeconds(30));
    }
}
