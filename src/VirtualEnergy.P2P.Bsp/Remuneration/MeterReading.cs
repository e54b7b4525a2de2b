using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>What a point's meter read in a period, and for how much of it.</summary>
/// <param name="Energy">Wh over the time that was read, + consumption.</param>
/// <param name="Milliseconds">The time that was read, above 0; the whole period's or more, and nothing is missing.</param>
public readonly record struct MeterReading(Energy Energy, long Milliseconds)
{
    /// <summary>The reading of a whole period.</summary>
    public static MeterReading Whole(Energy energy, PeriodGrid grid) => new(energy, grid.LengthSeconds * 1000L);

    /// <summary>The period's energy, with the baseline in the place of what was not read: what nobody saw, nobody delivered. To the nearest Wh, half up.</summary>
    public Energy Filled(Energy baseline, PeriodGrid grid)
    {
        var length = grid.LengthSeconds * 1000L;
        var missing = Math.Clamp(length - Milliseconds, 0, length);
        return Energy + new Energy(Rounding.HalfUp((Int128)baseline.WattHours * missing, length));
    }
}
