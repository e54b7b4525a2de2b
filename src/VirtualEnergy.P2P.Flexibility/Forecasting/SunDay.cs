namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>The sun's way over a place on one day: <see cref="SunPosition"/> with the declination and the equation of time of noon.</summary>
internal readonly struct SunDay
{
    private readonly double _constant;
    private readonly double _swing;
    private readonly double _minutes;

    private SunDay(double constant, double swing, double minutes) => (_constant, _swing, _minutes) = (constant, swing, minutes);

    /// <summary>A day in UTC over a place, degrees north and east.</summary>
    public static SunDay Of(DateOnly day, double latitude, double longitude)
    {
        var year = SunPosition.FractionalYear(day.ToDateTime(new TimeOnly(12, 0), DateTimeKind.Utc));
        var (north, declination) = (double.DegreesToRadians(latitude), SunPosition.Declination(year));
        return new SunDay(
            Math.Sin(north) * Math.Sin(declination), Math.Cos(north) * Math.Cos(declination), 4 * longitude + SunPosition.EquationOfTimeMinutes(year) - 720);
    }

    /// <summary>Height above the horizon, radians, so many minutes after midnight UTC.</summary>
    public double Elevation(double minutes) =>
        Math.Asin(Math.Clamp(_constant + _swing * Math.Cos(double.DegreesToRadians((minutes + _minutes) / 4)), -1, 1));
}
