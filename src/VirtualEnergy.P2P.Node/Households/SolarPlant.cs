using VirtualEnergy.P2P.Flexibility.Forecasting;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>A generated photovoltaic plant: what it gives under a sky.</summary>
/// <remarks>
/// Light by <see cref="ClearSky"/>; its diffuse part comes evenly from the sky that the panel sees. Of the rated power at
/// 1000 W/m², 85 % arrive: inverter, wiring, heat and dirt.
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

        var direct = ClearSky.Direct(sun.Elevation);
        var incidence = Math.Sin(sun.Elevation) * Math.Cos(_tilt)
            + Math.Cos(sun.Elevation) * Math.Sin(_tilt) * Math.Cos(sun.Azimuth - _azimuth);
        var irradiance = direct * Math.Max(0, incidence) + ClearSky.DiffusePart * direct * (1 + Math.Cos(_tilt)) / 2;
        var watts = peakWatts * irradiance / 1_000 * PerformanceRatio * light;
        return (long)Math.Round(Math.Min(watts, peakWatts), MidpointRounding.AwayFromZero);
    }
}
