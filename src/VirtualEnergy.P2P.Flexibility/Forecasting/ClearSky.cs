namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Sunlight without clouds.</summary>
/// <remarks>
/// Direct light by A. B. Meinel and M. P. Meinel, "Applied Solar Energy" (1976): 1353 W/m² · 0.7^(air mass^0.678), air mass
/// by F. Kasten and A. T. Young, Applied Optics 28 (1989) 4735. Diffuse light is a tenth of the direct.
/// </remarks>
public static class ClearSky
{
    /// <summary>Diffuse light as a part of the direct.</summary>
    public const double DiffusePart = 0.1;

    /// <summary>Direct light on a surface that faces the sun, W/m²; nothing when the sun is down.</summary>
    /// <param name="elevation">Height of the sun above the horizon, radians.</param>
    public static double Direct(double elevation)
    {
        if (elevation <= 0)
        {
            return 0;
        }

        var degrees = double.RadiansToDegrees(elevation);
        var airMass = 1 / (Math.Sin(elevation) + 0.50572 * Math.Pow(degrees + 6.07995, -1.6364));
        return 1_353 * Math.Pow(0.7, Math.Pow(airMass, 0.678));
    }

    /// <summary>Light on a plane, W/m²; the diffuse part comes from the whole sky.</summary>
    /// <param name="elevation">Height of the sun above the horizon, radians.</param>
    /// <param name="incidence">Cosine of the angle between the sun and the plane's normal; below 0 the sun is behind it.</param>
    public static double OnPlane(double elevation, double incidence) =>
        elevation <= 0 ? 0 : Direct(elevation) * (Math.Max(0, incidence) + DiffusePart);
}
