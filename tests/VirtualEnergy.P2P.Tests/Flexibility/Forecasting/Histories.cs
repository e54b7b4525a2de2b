using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

/// <summary>Made-up histories for the forecasters' tests.</summary>
internal static class Histories
{
    public static PeriodGrid Grid => PeriodGrid.QuarterHour;

    /// <summary>Local midnight of a day.</summary>
    public static Period Midnight(int year, int month, int day) => Grid.At(ItalianTime.Midnight(new DateOnly(year, month, day)));

    /// <summary>300 W, and 2,300 W from 19 to 20 by the clock on the wall.</summary>
    public static long Dinner(Period period) => ItalianTime.Local(Grid.StartOf(period)).Hour == 19 ? 2_300 : 300;

    public static IEnumerable<Period> From(Period first, int periods) => Enumerable.Range(0, periods).Select(i => new Period(first.Index + i));

    public static LoadForecaster Fed(Period first, int periods, Func<Period, long> watts)
    {
        var forecaster = new LoadForecaster(Grid);
        foreach (var period in From(first, periods))
        {
            Assert(forecaster.Observe(period, watts(period)));
        }

        return forecaster;
    }

    private static void Assert(bool taken) => Xunit.Assert.True(taken);
}
