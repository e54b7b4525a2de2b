using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>A power that was ordered for a time.</summary>
/// <param name="Watts">W, 0 or more, whichever way.</param>
/// <param name="Start">When the order begins.</param>
/// <param name="End">When the unit is let go, or another order takes over.</param>
public readonly record struct OrderedPower(long Watts, DateTimeOffset Start, DateTimeOffset End);

/// <summary>The energy that orders ask for in a period: nothing while one prepares, a straight line up to its power, then all of it to its end.</summary>
/// <remarks>
/// Modelled so; how an operator counts a ramp was not read. An order that begins where another ends goes on from the power that was reached. What the unit still moves after the
/// end, on its way back, is not ordered.
/// </remarks>
public static class RampEnergy
{
    /// <param name="watts">The ordered power in W, 0 or more.</param>
    /// <param name="start">When the order begins.</param>
    /// <param name="end">When the unit is let go.</param>
    /// <param name="period">The period.</param>
    /// <returns>Wh, 0 or more, to the nearest, half up.</returns>
    public static Energy Of(long watts, DateTimeOffset start, DateTimeOffset end, Period period, MarketProfile profile) => Of([new(watts, start, end)], period, profile);

    /// <param name="orders">Of one unit and direction, in any order; none begins before the one before it ends.</param>
    /// <param name="period">The period.</param>
    /// <returns>Wh, 0 or more, to the nearest, half up.</returns>
    public static Energy Of(IEnumerable<OrderedPower> orders, Period period, MarketProfile profile)
    {
        var (from, to) = (profile.Grid.StartOf(period), profile.Grid.EndOf(period));
        // Without a ramp all of the power is there within a tick: over any order that is less than a Wh.
        var ramp = Int128.Max(1, (Int128)profile.RampSeconds * TimeSpan.TicksPerSecond);
        var (area, reached, ended) = (Int128.Zero, 0L, DateTimeOffset.MinValue);
        foreach (var order in orders.Where(order => order.End > order.Start).OrderBy(order => order.Start))
        {
            ArgumentOutOfRangeException.ThrowIfNegative(order.Watts);
            var before = order.Start == ended ? reached : 0;
            var begin = order.Start.AddSeconds(profile.PreparationSeconds);
            var (first, last) = (Within(from, order), Within(to, order));

            // Twice the area in ramp ticks × ticks, so that the slope's half stays whole.
            area += 2 * ramp * before * (last - first).Ticks + (order.Watts - before) * (Twice(last, begin, ramp) - Twice(first, begin, ramp));
            (reached, ended) = (before + (long)((order.Watts - before) * Int128.Clamp((order.End - begin).Ticks, 0, ramp) / ramp), order.End);
        }

        var divisor = 2 * ramp * TimeSpan.TicksPerHour;
        return new Energy((long)((2 * area + divisor) / (2 * divisor)));
    }

    private static DateTimeOffset Within(DateTimeOffset instant, OrderedPower order) => instant < order.Start ? order.Start : instant > order.End ? order.End : instant;

    /// <summary>Twice the area under the part of the way that is gone, from the beginning to an instant.</summary>
    private static Int128 Twice(DateTimeOffset instant, DateTimeOffset begin, Int128 ramp)
    {
        var passed = Int128.Max(0, (instant - begin).Ticks);
        return passed <= ramp ? passed * passed : ramp * ramp + 2 * ramp * (passed - ramp);
    }
}
