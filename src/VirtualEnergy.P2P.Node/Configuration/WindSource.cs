using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A small wind turbine in simulated wind.</summary>
/// <remarks>
/// The wind's two horizontal components are Gaussian and forget themselves in six hours, so that its speed has Rayleigh's distribution: the usual
/// first guess for a site of which only the mean is known (IEC 61400-2 takes it for its design classes).
/// </remarks>
public sealed record WindSource
{
    private const double MemoryHours = 6;

    public string Name { get; init; } = "wind";

    public required long RatedWatts { get; init; }

    /// <summary>Mean speed at the hub, m/s.</summary>
    public double MeanSpeed { get; init; } = 5;

    public ulong Seed { get; init; } = 1;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal WindTurbine Open(Period first, Period last)
    {
        EquipmentSource.Within("wind", Name, "ratedWatts", RatedWatts, 100, 100_000, "W");
        EquipmentSource.Within("wind", Name, "meanSpeed", MeanSpeed, 0.5, 20, "m/s");
        return EquipmentSource.Checked("wind", Name, () => WindTurbine.In(new PowerCurve(RatedWatts), first, Speeds(checked((int)(last.Index - first.Index + 1)))));
    }

    private IEnumerable<double> Speeds(int periods)
    {
        var random = SplitMix64.For(Seed, 7);
        var keep = Math.Exp(-PeriodGrid.QuarterHour.LengthSeconds / 3600.0 / MemoryHours);

        // Rayleigh's mean is √(π/2) of one component's deviation.
        var deviation = MeanSpeed / Math.Sqrt(Math.PI / 2);
        var (east, north) = Gaussians(random);
        for (var i = 0; i < periods; i++)
        {
            yield return deviation * Math.Sqrt(east * east + north * north);
            var (e, n) = Gaussians(random);
            (east, north) = (keep * east + Math.Sqrt(1 - keep * keep) * e, keep * north + Math.Sqrt(1 - keep * keep) * n);
        }
    }

    // G. Box and M. Muller, Annals of Mathematical Statistics 29 (1958) 610.
    private static (double First, double Second) Gaussians(SplitMix64 random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.Fraction()));
        var angle = 2 * Math.PI * random.Fraction();
        return (radius * Math.Cos(angle), radius * Math.Sin(angle));
    }
}
