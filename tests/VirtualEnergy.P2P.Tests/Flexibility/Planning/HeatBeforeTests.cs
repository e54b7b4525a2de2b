using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class HeatBeforeTests
{
    private static readonly Period Autumn = PeriodGrid.QuarterHour.At(new DateTimeOffset(2021, 10, 18, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(4, 0.72)]
    [InlineData(24, 0.54)]
    [InlineData(48, 0.39)]
    public void A_buildings_heat_over_the_next_hours_is_expected_much_better_than_as_yesterday(int ahead, double skill)
    {
        // 65 days of a measured building, forecast every seventh quarter of an hour; skill is 1 − RMSE ÷ RMSE of yesterday's heat at the same times.
        const int Days = 65, Known = 14;
        var table = HeatTable.Of(RepositoryFiles.Shared("data/hamlet"))!;
        var heat = table.Scaled(new Period(Autumn.Index - Known * 96), (Known + Days + 1) * 96, HeatTable.LossPerKelvin)!;
        var (ours, yesterdays) = (0.0, 0.0);
        for (var now = Autumn.Index; now < Autumn.Index + Days * 96; now += 7)
        {
            var before = new HeatBefore(heat, new Period(now));
            var came = Sum(t => heat.At(new Period(now + t)));
            ours += Math.Pow(Sum(before.Expected) - came, 2);
            yesterdays += Math.Pow(Sum(t => heat.At(new Period(now + t - 96))) - came, 2);
        }

        Assert.Equal(skill, 1 - Math.Sqrt(ours / yesterdays), 0.01);

        long Sum(Func<int, long> watts) => Enumerable.Range(0, ahead).Sum(watts);
    }

    [Fact]
    public void What_comes_is_not_looked_at()
    {
        // Two days of 1,000 W, then 9,000 W from now on.
        var heat = new PowerProfile(new Period(0), [.. Enumerable.Range(0, 288).Select(t => t < 192 ? 1_000L : 9_000)]);
        var before = new HeatBefore(heat, new Period(192));
        Assert.All(Enumerable.Range(0, 480), ahead => Assert.Equal(1_000, before.Expected(ahead)));
    }

    [Fact]
    public void Less_heat_than_none_is_not_expected()
    {
        // 100 W in the first half of each day; now nothing for an hour in which it was 100 W: a hundred less than usual, also where nothing is usual.
        var heat = new PowerProfile(new Period(0), [.. Enumerable.Range(0, 192).Select(t => t % 96 < 48 && t < 140 ? 100L : 0)]);
        var before = new HeatBefore(heat, new Period(144));
        Assert.Equal(0, before.Expected(0));
        Assert.Equal(0, before.Expected(10));
    }
}
