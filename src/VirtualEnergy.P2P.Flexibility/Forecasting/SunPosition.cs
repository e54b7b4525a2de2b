namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Where the sun stands, seen from a place on Earth.</summary>
/// <remarks>
/// Declination and equation of time by the Fourier series of J. W. Spencer, "Fourier series representation of the position of
/// the sun", Search 2 (1971) 172, as NOAA's solar calculation sheet gives them: declination within half a degree (the series
/// knows no leap years), time within a minute. Refraction is left out.
/// </remarks>
/// <param name="Elevation">Height of the sun's centre above the horizon, radians; negative at night.</param>
/// <param name="Azimuth">Direction from north over east, radians, 0 to 2π.</param>
public readonly record struct SunPosition(double Elevation, double Azimuth)
{
    /// <summary>Latitude of Cagliari, degrees north.</summary>
    public const double CagliariLatitude = 39.22;

    /// <summary>Longitude of Cagliari, degrees east.</summary>
    public const double CagliariLongitude = 9.12;

    /// <summary>The sun over a place, degrees north and east.</summary>
    public static SunPosition At(DateTimeOffset instant, double latitude = CagliariLatitude, double longitude = CagliariLongitude)
    {
        var utc = instant.UtcDateTime;
        var year = FractionalYear(utc);
        var declination = Declination(year);
        var solarMinutes = utc.TimeOfDay.TotalMinutes + 4 * longitude + EquationOfTimeMinutes(year);
        var hourAngle = double.DegreesToRadians(solarMinutes / 4 - 180);
        var north = double.DegreesToRadians(latitude);

        var elevation = Math.Asin(Math.Clamp(
            Math.Sin(north) * Math.Sin(declination) + Math.Cos(north) * Math.Cos(declination) * Math.Cos(hourAngle), -1, 1));
        var azimuth = Math.Atan2(
            -Math.Cos(declination) * Math.Sin(hourAngle),
            Math.Cos(north) * Math.Sin(declination) - Math.Sin(north) * Math.Cos(declination) * Math.Cos(hourAngle));
        return new SunPosition(elevation, azimuth < 0 ? azimuth + 2 * Math.PI : azimuth);
    }

    /// <summary>Solar noon of a day: the instant at which the sun stands highest, to a minute.</summary>
    public static DateTimeOffset Noon(DateOnly day, double longitude = CagliariLongitude)
    {
        var noon = day.ToDateTime(new TimeOnly(12, 0), DateTimeKind.Utc);
        return new DateTimeOffset(noon.AddMinutes(-4 * longitude - EquationOfTimeMinutes(FractionalYear(noon))));
    }

    internal static double FractionalYear(DateTime utc)
    {
        var days = DateTime.IsLeapYear(utc.Year) ? 366 : 365;
        return 2 * Math.PI / days * (utc.DayOfYear - 1 + (utc.TimeOfDay.TotalHours - 12) / 24);
    }

    internal static double Declination(double year) =>
        0.006918 - 0.399912 * Math.Cos(year) + 0.070257 * Math.Sin(year) - 0.006758 * Math.Cos(2 * year)
        + 0.000907 * Math.Sin(2 * year) - 0.002697 * Math.Cos(3 * year) + 0.00148 * Math.Sin(3 * year);

    internal static double EquationOfTimeMinutes(double year) =>
        229.18 * (0.000075 + 0.001868 * Math.Cos(year) - 0.032077 * Math.Sin(year)
            - 0.014615 * Math.Cos(2 * year) - 0.040849 * Math.Sin(2 * year));
}
