using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Node.Drivers;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class DeviceBookTests
{
    private static readonly HomeDevice Meter = new("meter/grid", "Grid", "meter", DeviceKind.Meter, "a meter", DeviceAbilities.Measures);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));
    private readonly DeviceBook _book;

    public DeviceBookTests() => _book = new DeviceBook(_time, NullLogger.Instance);

    [Fact]
    public void A_silent_meter_is_estimated_by_the_same_quarter_of_the_day_before_and_marked()
    {
        _book.Appear(Meter);
        Read(800); // noon
        _time.Advance(TimeSpan.FromHours(6));
        Read(2_000); // evening
        _time.Advance(TimeSpan.FromHours(18)); // noon again, and silent
        var shown = _book.Find("meter/grid")!.Reading!.Value;
        Assert.True(shown.IsEstimated);
        Assert.Equal(800, shown.Watts);
    }

    [Fact]
    public void A_reading_is_the_devices_own_word_for_five_minutes()
    {
        _book.Appear(Meter);
        Read(800);
        _time.Advance(DeviceBook.SilentAfter);
        Assert.False(_book.Find("meter/grid")!.Reading!.Value.IsEstimated);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_book.Find("meter/grid")!.Reading!.Value.IsEstimated);
    }

    [Fact]
    public void A_lost_device_stays_with_its_problem_until_it_is_back()
    {
        _book.Appear(Meter);
        _book.Lose("meter/grid", "no answer");
        Assert.Equal("no answer", Assert.Single(_book.All()).Problem);
        _book.Appear(Meter);
        Assert.True(_book.Find("meter/grid")!.IsThere);
    }

    [Fact]
    public void A_device_that_flaps_is_told_once_in_ten_minutes()
    {
        var log = new KeptLog();
        var book = new DeviceBook(_time, log);
        book.Appear(Meter);
        for (var minute = 0; minute < 21; minute++)
        {
            book.Lose("meter/grid", "no answer");
            book.Appear(Meter);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        // Lost at minutes 0, 10 and 20; back each time that was said.
        Assert.Equal((3, 3), (log.Count("is lost"), log.Count("is back")));
    }

    [Theory]
    [InlineData(10_000_001L, null, 0)]
    [InlineData(-10_000_001L, null, 0)]
    [InlineData(1L, -1, 0)]
    [InlineData(1L, 1_001, 0)]
    [InlineData(1L, null, 3)] // hours ahead of the clock
    public void A_reading_that_cannot_be_is_left_aside(long watts, int? fill, int hoursAhead)
    {
        _book.Appear(Meter);
        Read(500);
        _book.Read("meter/grid", new DeviceReading(_time.GetUtcNow().AddHours(hoursAhead), watts, FillPermille: fill));
        Assert.Equal(500, _book.Find("meter/grid")!.Reading!.Value.Watts);
    }

    [Fact]
    public void What_a_message_leaves_out_stays_and_what_is_older_changes_nothing()
    {
        _book.Appear(Meter);
        _book.Read("meter/grid", new DeviceReading(_time.GetUtcNow(), 500, ImportedWattHours: 7));
        _book.Read("meter/grid", new DeviceReading(_time.GetUtcNow(), null, IsOn: true));
        _book.Read("meter/grid", new DeviceReading(_time.GetUtcNow().AddSeconds(-1), 9));
        Assert.Equal(new DeviceReading(_time.GetUtcNow(), 500, ImportedWattHours: 7, IsOn: true), _book.Find("meter/grid")!.Reading);
    }

    [Fact]
    public void A_thousand_devices_fit_and_a_flood_of_them_does_not()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _book.Appear(Meter with { Id = $"flood/{i}" });
        }

        Assert.Equal(DeviceBook.MostDevices, _book.All().Length);
        _book.Read("flood/1999", new DeviceReading(_time.GetUtcNow(), 5)); // refused: nobody's
        Assert.Null(_book.Find("flood/1999"));
    }

    private void Read(long watts) => _book.Read("meter/grid", new DeviceReading(_time.GetUtcNow(), watts));
}
