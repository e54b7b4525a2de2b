using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>The energy that an order asks for in a period: nothing while it prepares, a straight line up to its power, then all of it to its end.</summary>
/// <remarks>Modelled so; how an operator counts a ramp was not read. What the unit still moves after the end, on its way back, is not ordered.</remarks>
public static class RampEnergy
{
    /// <param name="watts">The ordered power in W, 0 or more.</param>
    /// <param name="start">When the order begins.</param>
    /// <param name="end">When the unit is let go.</param>
    /// <param name="period">The period.</param>
    /// <returns>Wh, 0 or more, to the nearest, half up.</returns>
    public static Energy Of(long watts, DateTimeOffset start, DateTimeOffset end, Period period, MarketProfile profile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(watts);
        var (from, to) = (profile.Grid.StartOf(period), profile.Grid.EndOf(period));
        var begin = start.AddSeconds(profile.PreparationSeconds);
        Int128 Until(DateTimeOffset instant) => Twice(instant < end ? instant : end, begin, profile.RampSeconds);

        // Twice the area in ramp ticks × ticks, so that the slope's half stays whole.
        var area = Int128.Max(0, Until(to) - Until(from));
        var ramp = (Int128)profile.RampSeconds * TimeSpan.TicksPerSecond;
        var (dividend, divisor) = (watts * area, 2 * ramp * TimeSpan.TicksPerHour);
        return new Energy((long)((2 * dividend + divisor) / (2 * divisor)));
    }

    /// <summary>Twice the area under the part of the power that is there, from the beginning to an instant.</summary>
    private static Int128 Twice(DateTimeOffset instant, DateTimeOffset begin, int rampSeconds)
    {
        var ramp = (Int128)rampSeconds * TimeSpan.TicksPerSecond;
        var passed = Int128.Max(0, (instant - begin).Ticks);
        return passed <= ramp ? passed * passed : ramp * ramp + 2 * ramp * (passed - ramp);
    }
}
