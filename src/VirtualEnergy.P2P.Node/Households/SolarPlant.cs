namespace VirtualEnergy.P2P.Node.Households;

/// <summary>A generated photovoltaic plant: what it gives under a sky.</summary>
/// <remarks>
/// Direct light by A. B. Meinel and M. P. Meinel, "Applied Solar Energy" (1976): 1353 W/m² · 0.7^(air mass^0.678), air mass
/// by F. Kasten and A. T. Young, Applied Optics 28 (1989) 4735. Diffuse light is a tenth of the direct, evenly from the
/// sky that the panel sees. Of the rated power at 1000 W/m², 85 % arrive: inverter, wiring, heat and dirt.
/// </remarks>
/// <param name="peakWatts">Rated power, Wp.</param>
/// <param name="tiltDegrees">From level.</param>
/// <param name="azimuthDegrees">Where the panel looks, from north over east; south is 180.</param>
public sealed class SolarPlant(int peakWatts, double tiltDegrees, double azimuthDegrees)
{
    private const double PerformanceRatio = 0.85;

    private readonly double _tilt = double.DegreesToRadians(tiltDegrees);
    private readonly double _azimuth = double.DegreesToRadians(azimuthDegrees);

    /// <summary>
    /// Average power around an instant, W, whole: rounding hides the last bits in which mathematical functions may differ
    /// between machines.
    /// </summary>
    public long Watts(SunPosition sun, double light)
    {
        if (sun.Elevation <= 0)
        {
            return 0;
        }

        var degrees = double.RadiansToDegrees(sun.Elevation);
        var airMass = 1 / (Math.Sin(sun.Elevation) + 0.50572 * Math.Pow(degrees + 6.07995, -1.6364));
        var direct = 1_353 * Math.Pow(0.7, Math.Pow(airMass, 0.678));
        var incidence = Math.Sin(sun.Elevation) * Math.Cos(_tilt)
            + Math.Cos(sun.Elevation) * Math.Sin(_tilt) * Math.Cos(sun.Azimuth - _azimuth);
        var irradiance = direct * Math.Max(0, incidence) + 0.1 * direct * (1 + Math.Cos(_tilt)) / 2;
        var watts = peakWatts * irradiance / 1_000 * PerformanceRatio * light;
        return (long)Math.Round(Math.Min(watts, peakWatts), MidpointRounding.AwayFromZero);
    }
}
