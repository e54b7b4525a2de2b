using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Funds;

public sealed class FundsTrailTests
{
    private static readonly FundsWarningRules Rules = new(Window: 4, Periods: 10, Bids: 2);

    private readonly FundsTrail _trail = new(Rules);

    [Fact]
    public void Money_lasts_at_the_rate_of_the_window()
    {
        _trail.Clear(new Period(1), new Money(-9_000)); // out of the window when period 5 is cleared
        _trail.Clear(new Period(2), new Money(-300));
        _trail.Clear(new Period(3), new Money(100));
        _trail.Clear(new Period(5), new Money(-200));
        var outlook = _trail.With(new Money(1_250));
        Assert.Equal(new Money(100), outlook.SpendingPerPeriod); // (300 − 100 + 200) / 4
        Assert.Equal(12, outlook.LastsPeriods); // 1,250 · 4 / 400 = 12.5
        Assert.Equal(FundsLevel.Fine, outlook.Level);
        Assert.Equal((FundsLevel.Low, 9L), (_trail.With(new Money(999)).Level, _trail.With(new Money(999)).LastsPeriods));
    }

    [Fact]
    public void At_first_the_window_is_as_long_as_what_was_seen()
    {
        _trail.Clear(new Period(7), new Money(-100));
        Assert.Equal(20, _trail.With(new Money(2_000)).LastsPeriods); // one period seen
        _trail.Clear(new Period(8), Money.Zero);
        Assert.Equal(40, _trail.With(new Money(2_000)).LastsPeriods); // the same in two
    }

    [Fact]
    public void Who_earns_is_never_short_of_time_and_who_does_nothing_is_fine_with_nothing()
    {
        _trail.Clear(new Period(1), new Money(500));
        Assert.Equal(new FundsOutlook(FundsLevel.Fine, Money.Zero, Money.Zero, null, Money.Zero), _trail.With(Money.Zero));
    }

    [Fact]
    public void Money_for_fewer_than_two_bids_is_low_and_for_less_than_one_short()
    {
        _trail.Bid(new Period(1), new Money(60));
        _trail.Bid(new Period(2), new Money(100));
        _trail.Bid(new Period(3), new Money(40));
        Assert.Equal(FundsLevel.Fine, _trail.With(new Money(200)).Level);
        Assert.Equal(FundsLevel.Low, _trail.With(new Money(199)).Level);
        Assert.Equal(FundsLevel.Low, _trail.With(new Money(100)).Level);
        Assert.Equal(FundsLevel.Short, _trail.With(new Money(99)).Level);

        // Period 2 leaves the window of four with period 6: then 40 of period 3 is the largest.
        _trail.Clear(new Period(6), Money.Zero);
        Assert.Equal(new Money(40), _trail.With(Money.Zero).LargestBid);
    }

    [Fact]
    public void The_largest_amounts_are_borne()
    {
        _trail.Bid(new Period(1), new Money(long.MaxValue));
        _trail.Clear(new Period(1), new Money(-long.MaxValue));
        _trail.Clear(new Period(2), new Money(-long.MaxValue));
        Assert.Equal(FundsLevel.Low, _trail.With(new Money(long.MaxValue)).Level);
        Assert.Equal(FundsLevel.Short, _trail.With(new Money(long.MinValue)).Level);
    }

    /// <summary>
    /// A member bids period after period, never more than her largest bid of the window, and pays any part of the worst case. Whatever she
    /// begins with, the warning is there a round before the first bid that her money does not cover.
    /// </summary>
    [Fact]
    public void The_warning_comes_before_the_first_refusal() =>
        Gen.Select(Gen.Long[1, 10_000], Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100]).Array[1, 60], Gen.Long[0, 40_000]).Sample((first, steps, beyond) =>
        {
            var trail = new FundsTrail(Rules);
            var available = first + beyond; // covers the first bid
            var (isWarned, largest) = (false, first);
            for (var i = 0; i < steps.Length; i++)
            {
                var worst = i == 0 ? first : largest * steps[i].Item1 / 100;
                if (worst > available)
                {
                    Assert.True(isWarned);
                    return;
                }

                var paid = worst * steps[i].Item2 / 100;
                available -= paid;
                trail.Bid(new Period(i), new Money(worst));
                trail.Clear(new Period(i), new Money(-paid));
                var outlook = trail.With(new Money(available));
                largest = outlook.LargestBid.MicroEur;
                isWarned = outlook.Level != FundsLevel.Fine;
            }
        });
}
