using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Baselines;

public sealed class SameDayAdjustmentTests
{
    // Three hours that end one hour before: periods 984 to 995 of an order from 1000 on; at most half of the mean baseline.
    private static readonly BaselineRule Rule = BspSamples.Mfrr.Baseline;

    [Fact]
    public void The_mean_difference_of_the_window_is_added()
    {
        // 100 Wh planned; 110 and 120 read by turns: +15.
        Assert.Equal(15, Of(period => 100, period => period % 2 == 0 ? 110 : 120));
    }

    [Fact]
    public void Only_the_window_counts() => Assert.Equal(20, Of(period => 100, period => period is >= 984 and < 996 ? 120 : 9_000));

    [Fact]
    public void The_adjustment_is_bounded_both_ways()
    {
        Assert.Equal(50, Of(period => 100, period => 1_000));
        Assert.Equal(-50, Of(period => 100, period => -1_000));
        Assert.Equal(50, Of(period => -100, period => 1_000)); // half of the size of the mean, whichever its sign
    }

    [Fact]
    public void Periods_that_were_not_read_or_not_planned_are_left_out()
    {
        Assert.Equal(30, Of(period => 100, period => period == 990 ? 130 : null));
        Assert.Equal(0, Of(period => period < 990 ? 100 : null, period => period < 990 ? null : 130));
    }

    [Fact]
    public void A_rule_without_a_window_adjusts_nothing() =>
        Assert.Equal(Energy.Zero, SameDayAdjustment.Of(BspSamples.Msd.Baseline, new(1000), _ => new Energy(100), _ => new Energy(200), BspSamples.Grid));

    private static long Of(Func<long, long?> planned, Func<long, long?> read) => SameDayAdjustment.Of(
        Rule,
        new(1000),
        period => planned(period.Index) is { } wh ? new Energy(wh) : null,
        period => read(period.Index) is { } wh ? new Energy(wh) : null,
        BspSamples.Grid).WattHours;
}
