using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Calendar;

/// <summary>Reads, for one period after another, the local time of day and kind of day it begins in.</summary>
/// <remarks>
/// Quick when periods are asked for in order. Where clocks go back an hour, its times of day come twice; where they go forward, an
/// hour has none.
/// </remarks>
internal sealed class LocalClock(PeriodGrid grid)
{
    private long _hour = long.MinValue;
    private long _offset;
    private int _day = -1;
    private int _kind;

    /// <summary>Periods since local midnight by the clock on the wall, and <see cref="KindOfDay"/> as a number.</summary>
    public (int Slot, int Kind) At(Period period)
    {
        var utc = checked(period.Index * grid.LengthSeconds);
        var hour = Math.DivRem(utc, 3_600).Quotient;
        if (hour != _hour)
        {
            _hour = hour;
            _offset = (long)ItalianTime.OffsetAt(DateTimeOffset.FromUnixTimeSeconds(utc)).TotalSeconds;
        }

        var local = utc + _offset + Epoch;
        var day = (int)(local / 86_400);
        if (day != _day)
        {
            _day = day;
            _kind = (int)ItalianHolidays.KindOf(DateOnly.FromDayNumber(day));
        }

        return ((int)(local % 86_400 / grid.LengthSeconds), _kind);
    }

    /// <summary>The same as a season in which everything has one size.</summary>
    public Season SeasonOf(Period period)
    {
        var (slot, kind) = At(period);
        return new Season(slot, kind, 1);
    }

    /// <summary>Seconds from 1 January of the year 1, day 0, to the Unix epoch.</summary>
    private static long Epoch => 719_162L * 86_400;
}
