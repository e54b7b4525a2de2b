using CsCheck;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(1_000, 250_000, 250_000)] // 1 kWh at 25 ct
    [InlineData(1, 1_500, 2)] // 1.5 µEUR → half goes up
    [InlineData(1, 1_499, 1)]
    [InlineData(1, -1_500, -1)] // −1.5 → towards +∞
    [InlineData(1, -1_501, -2)]
    [InlineData(0, 999_999, 0)]
    public void Amount_is_energy_times_price_by_a_thousand_rounded_half_up(long wattHours, long price, long microEur) =>
        Assert.Equal(new Money(microEur), new Price(price).Of(new Energy(wattHours)));

    [Fact]
    public void Amount_is_the_floor_of_the_exact_value_plus_a_half() =>
        Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Long[-4_000_000, 4_000_000]).Sample((energy, price) =>
            Assert.Equal((long)Math.Floor((decimal)energy * price / 1000 + 0.5m), new Price(price).Of(new Energy(energy)).MicroEur));

    [Fact]
    public void Sums_that_do_not_fit_throw_and_never_wrap()
    {
        Assert.Throws<OverflowException>(() => new Energy(long.MaxValue) + new Energy(1));
        Assert.Throws<OverflowException>(() => new Money(long.MinValue) - new Money(1));
        Assert.Throws<OverflowException>(() => new Price(long.MaxValue).Of(new Energy(long.MaxValue)));
    }

    [Fact]
    public void A_period_is_unix_time_by_its_length_also_before_1970()
    {
        // 2022-03-27T01:00:00Z = 1 648 342 800 s; / 900 = 1 831 492.
        Assert.Equal(new Period(1_831_492), PeriodGrid.QuarterHour.At(DateTimeOffset.FromUnixTimeSeconds(1_648_342_800)));
        Assert.Equal(new Period(-1), PeriodGrid.QuarterHour.At(DateTimeOffset.FromUnixTimeSeconds(-1)));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_648_342_800), PeriodGrid.QuarterHour.StartOf(new Period(1_831_492)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PeriodGrid(600));
    }

    [Fact]
    public void A_constant_power_over_a_period_is_whole_watt_hours()
    {
        Assert.Equal(new Energy(250), PeriodGrid.QuarterHour.EnergyOf(1_000));
        Assert.Equal(new Energy(1), PeriodGrid.QuarterHour.EnergyOf(2)); // 0.5 Wh
        Assert.Equal(new Energy(-1), PeriodGrid.QuarterHour.EnergyOf(-2));
    }

    [Fact]
    public void Hashes_order_as_big_endian_numbers_and_round_trip_as_text()
    {
        Assert.True(Books.Key(2).CompareTo(Books.Key(10)) < 0);
        Assert.True(Hash256.TryParse(Books.Key(10).ToString(), out var parsed));
        Assert.Equal(Books.Key(10), parsed);
        Assert.False(Hash256.TryParse("0x12", out _));
        Assert.False(Hash256.TryParse("0x" + new string('g', 64), out _));
    }

    [Fact]
    public void A_tariff_repeats_its_nearest_day_outside_its_span()
    {
        // Two days: first all 1, second all 2, apart from one marked quarter of an hour each.
        var prices = Enumerable.Range(0, 192).Select(i => new SupplierPrices(new Price(i), new Price(-i)));
        var tariff = new SupplierTariff(new Period(1_000), [.. prices]);
        Assert.Equal(new Price(5), tariff.At(new Period(1_005)).Import);
        Assert.Equal(new Price(95), tariff.At(new Period(999)).Import); // last quarter of the first day
        Assert.Equal(new Price(96), tariff.At(new Period(1_192)).Import); // first quarter of the last day
        Assert.Equal(new Price(7), SupplierTariff.Flat(new Price(7), new Price(3)).At(new Period(123_456)).Import);
    }
}
