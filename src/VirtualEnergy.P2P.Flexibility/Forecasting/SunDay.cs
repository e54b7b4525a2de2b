namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// The sun's way over a place on one day: <see cref="SunPosition"/> with the declination and the equation of time of noon, and the
/// light of a clear sky on a roof of the usual tilt that faces the equator.
/// </summary>
/// <remarks>
/// The sun meets a plane tilted towards the equator as it meets level ground so many degrees of latitude nearer to it. How a plant
/// really stands is learned by time of day; the tilt is there for the seasons.
/// </remarks>
internal readonly struct SunDay
{
    private const double UsualTilt = 25;

    private readonly double _minutes;
    private readonly (double Constant, double Swing) _ground;
    private readonly (double Constant, double Swing) _roof;

    private SunDay(double latitude, double declination, double minutes)
    {
        _minutes = minutes;
        _ground = Way(latitude, declination);
        _roof = Way(latitude - Math.Sign(latitude) * Math.Min(UsualTilt, Math.Abs(latitude)), declination);
    }

    /// <summary>A day in UTC over a place, degrees north and east.</summary>
    public static SunDay Of(DateOnly day, double latitude, double longitude)
    {
        var year = SunPosition.FractionalYear(day.ToDateTime(new TimeOnly(12, 0), DateTimeKind.Utc));
        return new SunDay(latitude, SunPosition.Declination(year), 4 * longitude + SunPosition.EquationOfTimeMinutes(year) - 720);
    }

    /// <summary>Height above the horizon, radians, so many minutes after midnight UTC.</summary>
    public double Elevation(double minutes) => Math.Asin(Math.Clamp(At(_ground, HourAngle(minutes)), -1, 1));

    /// <summary>Light of a clear sky on the roof, W/m², so many minutes after midnight UTC.</summary>
    public double Light(double minutes) => ClearSky.OnPlane(Elevation(minutes), At(_roof, HourAngle(minutes)));

    private static (double Constant, double Swing) Way(double latitude, double declination)
    {
        var north = double.DegreesToRadians(latitude);
        return (Math.Sin(north) * Math.Sin(declination), Math.Cos(north) * Math.Cos(declination));
    }

    private static double At((double Constant, double Swing) way, double cosine) => way.Constant + way.Swing * cosine;

    /// <summary>Cosine of the sun's hour angle.</summary>
    private double HourAngle(double minutes) => Math.Cos(double.DegreesToRadians((minutes + _minutes) / 4));
}
