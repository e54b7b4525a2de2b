using System.Globalization;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>Why seven octets are no time.</summary>
public enum TimeFault
{
    None = 0,

    /// <summary>60,000 milliseconds or more: no minute has a 60th second here.</summary>
    Milliseconds,
    Minute,
    Hour,
    Month,

    /// <summary>Not a day of that month and year.</summary>
    Day,

    /// <summary>A year of the century above 99.</summary>
    Year,

    /// <summary>A day of the week that the date does not fall on; 0 is always right.</summary>
    DayOfWeek,

    /// <summary>A bit that must be zero is set.</summary>
    ReservedBits,
}

/// <summary>A time tag of seven octets: milliseconds to year, 2000 to 2099.</summary>
/// <remarks>
/// Whether it is UTC or local time is agreed between stations; the summer-time bit tells the hour apart that a year has twice.
/// A tag that says of itself that it is invalid may hold anything. Modelled on IEC 60870-5-4, 6.8 as 101 and 104 use it.
/// </remarks>
public readonly record struct Cp56Time2a
{
    public const int Size = 7;

    private const ulong InvalidBit = 1UL << 23;
    private const ulong SubstitutedBit = 1UL << 22;
    private const ulong SummerBit = 1UL << 31;
    private const ulong ReservedMask = 3UL << 29 | 0xFUL << 44 | 1UL << 55;

    private readonly ulong _octets;

    private Cp56Time2a(ulong octets) => _octets = octets;

    /// <summary>IV: the sender's clock is not to be trusted.</summary>
    public bool IsInvalid => (_octets & InvalidBit) != 0;

    /// <summary>GEN: set by another than the source of the information.</summary>
    public bool IsSubstituted => (_octets & SubstitutedBit) != 0;

    /// <summary>SU: local time is one hour ahead of standard time.</summary>
    public bool IsSummerTime => (_octets & SummerBit) != 0;

    /// <summary>0 to 59,999, seconds included.</summary>
    public int Milliseconds => Field(0, 16);

    public int Minute => Field(16, 6);

    public int Hour => Field(24, 5);

    public int Day => Field(32, 5);

    /// <summary>1, Monday, to 7, Sunday; 0 where it is not used.</summary>
    public int DayOfWeek => Field(37, 3);

    public int Month => Field(40, 4);

    public int Year => 2000 + Field(48, 7);

    /// <summary>The instant in UTC, to the millisecond below, without the summer-time bit and with the day of the week.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in the years 2000 to 2099.</exception>
    public static Cp56Time2a FromUtc(DateTimeOffset instant) => FromClock(instant.UtcDateTime, summerTime: false);

    /// <summary>What a clock on the wall shows, to the millisecond below.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in the years 2000 to 2099.</exception>
    public static Cp56Time2a FromClock(DateTime clock, bool summerTime, bool withDayOfWeek = true)
    {
        if (clock.Year is < 2000 or > 2099)
        {
            throw new ArgumentOutOfRangeException(nameof(clock), clock, "A time tag has the years 2000 to 2099.");
        }

        var weekday = withDayOfWeek ? Iso(clock.DayOfWeek) : 0;
        return new Cp56Time2a(
            Bits(clock.Second * 1000 + clock.Millisecond, 0) | Bits(clock.Minute, 16) | Bits(clock.Hour, 24) | (summerTime ? SummerBit : 0)
            | Bits(clock.Day, 32) | Bits(weekday, 37) | Bits(clock.Month, 40) | Bits(clock.Year - 2000, 48));
    }

    /// <summary>The same time, marked as not to be trusted.</summary>
    public Cp56Time2a AsInvalid() => new(_octets | InvalidBit);

    /// <summary>What the sender's clock showed; false of an invalid tag that holds no date.</summary>
    public bool TryGetClock(out DateTime clock)
    {
        clock = default;
        if (Check(_octets) != TimeFault.None)
        {
            return false;
        }

        clock = new DateTime(Year, Month, Day, Hour, Minute, 0, DateTimeKind.Unspecified).AddMilliseconds(Milliseconds);
        return true;
    }

    /// <summary>The instant, where the sender's clock is ahead of UTC by the offset, and by one hour more in summer time.</summary>
    /// <exception cref="InvalidOperationException">An invalid tag that holds no date.</exception>
    public DateTimeOffset ToInstant(TimeSpan standardOffset = default) => TryGetClock(out var clock)
        ? new DateTimeOffset(clock, TimeSpan.Zero) - standardOffset - (IsSummerTime ? TimeSpan.FromHours(1) : TimeSpan.Zero)
        : throw new InvalidOperationException("The time tag is invalid and holds no date.");

    /// <param name="octets">Seven octets.</param>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Cp56Time2a time, out TimeFault fault)
    {
        var read = 0UL;
        for (var i = Size - 1; i >= 0; i--)
        {
            read = read << 8 | octets[i];
        }

        fault = (read & InvalidBit) != 0 ? TimeFault.None : Check(read);
        time = fault == TimeFault.None ? new Cp56Time2a(read) : default;
        return fault == TimeFault.None;
    }

    public void Write(Span<byte> octets)
    {
        for (var i = 0; i < Size; i++)
        {
            octets[i] = (byte)(_octets >> (8 * i) & 0xFF);
        }
    }

    public override string ToString() => TryGetClock(out var clock)
        ? $"{clock.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture)}{(IsSummerTime ? " summer time" : "")}{(IsInvalid ? " invalid" : "")}"
        : "invalid";

    private static ulong Bits(int value, int from) => (ulong)value << from;

    private int Field(int from, int bits) => Field(_octets, from, bits);

    private static int Field(ulong octets, int from, int bits) => (int)(octets >> from & ((1UL << bits) - 1));

    private static TimeFault Check(ulong octets)
    {
        var (day, month, year, weekday) = (Field(octets, 32, 5), Field(octets, 40, 4), 2000 + Field(octets, 48, 7), Field(octets, 37, 3));
        return (octets & ReservedMask) != 0 ? TimeFault.ReservedBits
            : Field(octets, 0, 16) > 59_999 ? TimeFault.Milliseconds
            : Field(octets, 16, 6) > 59 ? TimeFault.Minute
            : Field(octets, 24, 5) > 23 ? TimeFault.Hour
            : year > 2099 ? TimeFault.Year
            : month is < 1 or > 12 ? TimeFault.Month
            : day < 1 || day > DateTime.DaysInMonth(year, month) ? TimeFault.Day
            : weekday != 0 && weekday != Iso(new DateTime(year, month, day).DayOfWeek) ? TimeFault.DayOfWeek
            : TimeFault.None;
    }

    private static int Iso(DayOfWeek day) => day == System.DayOfWeek.Sunday ? 7 : (int)day;
}
