using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>By how much the hours before an order lay above or below the baseline: the same amount is added to each period of the order.</summary>
/// <remarks>
/// The rule is hashed with the baseline and the window ends before an order that comes in real time is known. An order that is known since the day before
/// can be prepared for in the window; the bound is what that gains at most.
/// </remarks>
public static class SameDayAdjustment
{
    /// <param name="rule">The window and the bound.</param>
    /// <param name="start">The first period of the order.</param>
    /// <param name="baseline">The frozen baseline of the point; null for a period without one.</param>
    /// <param name="measured">What its meter read; null for a period that was not read.</param>
    /// <param name="grid">Of the periods.</param>
    /// <returns>Wh to add to every period; zero without an adjustment, or where the window has no period with both.</returns>
    public static Energy Of(BaselineRule rule, Period start, Func<Period, Energy?> baseline, Func<Period, Energy?> measured, PeriodGrid grid)
    {
        if (rule.AdjustFromSeconds == 0)
        {
            return Energy.Zero;
        }

        var (difference, expected, count) = (Int128.Zero, Int128.Zero, 0);
        var from = new Period(start.Index - rule.AdjustFromSeconds / grid.LengthSeconds);
        var until = new Period(start.Index - (rule.AdjustUntilSeconds + grid.LengthSeconds - 1) / grid.LengthSeconds);
        for (var period = from; period < until; period = period.Next)
        {
            if (baseline(period) is { } planned && measured(period) is { } read)
            {
                difference += (Int128)read.WattHours - planned.WattHours;
                expected += planned.WattHours;
                count++;
            }
        }

        if (count == 0)
        {
            return Energy.Zero;
        }

        var mean = Rounding.HalfUp(difference, count);
        var most = (long)(Int128.Abs(expected) * rule.AdjustMostPermille / 1000 / count);
        return new Energy(Math.Clamp(mean, -most, most));
    }
}
