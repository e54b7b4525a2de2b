using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>A day of delivery by the clock on the wall (CET, CEST): 96 quarters of an hour, 92 in March's long night, 100 in October's.</summary>
public readonly record struct MarketDay(DateOnly Date) : IComparable<MarketDay>
{
    public static MarketDay Of(Period period, PeriodGrid grid) => new(DateOnly.FromDateTime(ItalianTime.Local(grid.StartOf(period))));

    /// <summary>Periods since midnight by the clock on the wall: in October an hour of them comes twice, in March an hour has none.</summary>
    public static int SlotOf(Period period, PeriodGrid grid) =>
        (int)(ItalianTime.Local(grid.StartOf(period)).TimeOfDay.TotalSeconds / grid.LengthSeconds);

    /// <summary>The instant at which the wall shows <paramref name="time"/>; a time that a change of clocks makes twofold or skips is not asked for.</summary>
    public DateTimeOffset At(TimeOnly time)
    {
        var winter = new DateTimeOffset(Date.ToDateTime(time), TimeSpan.FromHours(1));
        return winter - (ItalianTime.OffsetAt(winter) - TimeSpan.FromHours(1));
    }

    public MarketDay Before(int days) => new(Date.AddDays(-days));

    public Period First(PeriodGrid grid) => grid.At(ItalianTime.Midnight(Date));

    public int Count(PeriodGrid grid) => (int)(Before(-1).First(grid).Index - First(grid).Index);

    public IEnumerable<Period> Periods(PeriodGrid grid)
    {
        var end = Before(-1).First(grid);
        for (var period = First(grid); period < end; period = period.Next)
        {
            yield return period;
        }
    }

    public int CompareTo(MarketDay other) => Date.CompareTo(other.Date);

    public override string ToString() => Date.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
