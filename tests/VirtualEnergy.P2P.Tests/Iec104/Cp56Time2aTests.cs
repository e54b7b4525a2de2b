using VirtualEnergy.P2P.Iec104.Asdus;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class Cp56Time2aTests
{
    [Theory]
    // 28 February 2100 is beyond the century; 29 February is in 2000 (divisible by 400) and 2096.
    [InlineData("2000-01-01T00:00:00.000")]
    [InlineData("2000-02-29T23:59:59.999")]
    [InlineData("2096-02-29T12:00:00.001")]
    [InlineData("2099-12-31T23:59:59.999")]
    public void An_instant_of_the_century_comes_back_to_the_millisecond(string text)
    {
        var instant = DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);
        Span<byte> octets = stackalloc byte[7];
        Cp56Time2a.FromUtc(instant).Write(octets);
        Assert.True(Cp56Time2a.TryRead(octets, out var time, out _));
        Assert.Equal(instant, time.ToInstant());
        Assert.Equal(instant.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)instant.DayOfWeek, time.DayOfWeek);
    }

    [Theory]
    [InlineData("1999-12-31T23:59:59.999Z")]
    [InlineData("2100-01-01T00:00:00.000Z")]
    public void Outside_the_century_there_is_no_tag(string text) => Assert.Throws<ArgumentOutOfRangeException>(
        () => Cp56Time2a.FromUtc(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void The_summer_time_bit_tells_the_doubled_hour_apart()
    {
        // In Rome clocks went from 3:00 back to 2:00 on 25 October 2026; 2:30 is 0:30 UTC in summer time and 1:30 UTC after it.
        var clock = new DateTime(2026, 10, 25, 2, 30, 0, DateTimeKind.Unspecified);
        var offset = TimeSpan.FromHours(1);
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), Cp56Time2a.FromClock(clock, summerTime: true).ToInstant(offset));
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 1, 30, 0, TimeSpan.Zero), Cp56Time2a.FromClock(clock, summerTime: false).ToInstant(offset));
    }

    [Theory]
    // 2026-11-29T15:04:05.678, Sunday: 2E16 04 0F FD 0B 1A; one octet changed in each row.
    [InlineData("60EA040FFD0B1A", TimeFault.Milliseconds)]
    [InlineData("2E163C0FFD0B1A", TimeFault.Minute)]
    [InlineData("2E160418FD0B1A", TimeFault.Hour)]
    [InlineData("2E16040FE00B1A", TimeFault.Day)]
    [InlineData("2E16040F1F0B1A", TimeFault.Day)]
    [InlineData("2E16040FFD001A", TimeFault.Month)]
    [InlineData("2E16040FFD0D1A", TimeFault.Month)]
    [InlineData("2E16040FFD0B64", TimeFault.Year)]
    [InlineData("2E16040FDD0B1A", TimeFault.DayOfWeek)]
    [InlineData("2E16042FFD0B1A", TimeFault.ReservedBits)]
    [InlineData("2E16040FFD1B1A", TimeFault.ReservedBits)]
    [InlineData("2E16040FFD0B9A", TimeFault.ReservedBits)]
    // 29 February 2026, a Sunday by no calendar; 0 as day of the week.
    [InlineData("2E16040F1D021A", TimeFault.Day)]
    public void What_is_no_time_is_refused_by_name(string hex, TimeFault expected)
    {
        Assert.False(Cp56Time2a.TryRead(Convert.FromHexString(hex), out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_day_of_the_week_that_is_not_used_is_always_right()
    {
        // 29 = 0x1D without the weekday's three bits.
        Assert.True(Cp56Time2a.TryRead(Convert.FromHexString("2E16040F1D0B1A"), out var time, out _));
        Assert.Equal((0, 29), (time.DayOfWeek, time.Day));
    }

    [Fact]
    public void A_tag_that_calls_itself_invalid_may_hold_anything_and_gives_no_date()
    {
        // Bit 8 of the minute's octet; the rest zero, as of a clock that was never set.
        Assert.True(Cp56Time2a.TryRead(Convert.FromHexString("00008000000000"), out var time, out _));
        Assert.True(time.IsInvalid);
        Assert.False(time.TryGetClock(out _));
        Assert.Throws<InvalidOperationException>(() => time.ToInstant());
        Assert.True(Cp56Time2a.FromUtc(DateTimeOffset.UnixEpoch.AddYears(50)).AsInvalid().TryGetClock(out _));
    }
}
