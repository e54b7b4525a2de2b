namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// Whether a device does what it was told, by its own word. Who does not is told on as before, since its next reading is what is planned with; its owner hears of it.
/// </summary>
public static class Obedience
{
    /// <summary>So long an inverter may take to follow.</summary>
    private static readonly TimeSpan Follows = TimeSpan.FromMinutes(1);

    /// <summary>Less than that is a device's own consumption, a ramp or a rounding.</summary>
    private const long LeastWatts = 300;

    /// <summary>Per cent of what it was told that it may be off.</summary>
    private const int MostPercent = 50;

    /// <summary>Within so much of full or empty, in thousandths, a battery slows down by itself.</summary>
    private const int NearlyPermille = 30;

    /// <summary>What is wrong; null where nothing is, or where it is not known. Never of the order's numbers, so that it is said once.</summary>
    /// <param name="order">What it was told.</param>
    /// <param name="given">When.</param>
    public static string? ProblemOf(HomeDevice device, DeviceOrder order, DateTimeOffset given, DeviceReading? reading) =>
        reading is not { IsEstimated: false, Watts: { } watts } said || said.At < given + Follows || said.At > order.Until ? null : order switch
        {
            ChargeOrder { Watts: { } told } when Math.Abs(watts - told) > Allowed(told) && !StopsByItself(device, told, said.FillPermille) =>
                "does not charge and discharge as it is told; is something else in charge of it?",
            LimitOrder { MostWatts: { } most } when -watts > most + Allowed(most) => "gives more than the limit that it was told; is it allowed to be limited?",
            _ => null,
        };

    private static long Allowed(long told) => Math.Max(LeastWatts, Math.Abs(told) * MostPercent / 100);

    private static bool StopsByItself(HomeDevice device, long told, int? fill) =>
        (told > 0 && fill >= 1_000 - NearlyPermille) || (told < 0 && fill <= device.ReservePermille + NearlyPermille);
}
