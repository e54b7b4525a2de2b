using System.Globalization;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>The share of energy that arrives, in parts per million, from 1 to 1 000 000.</summary>
/// <remarks>
/// Whole watt-hours are kept on both sides of a conversion and every fraction counts as loss, so a conversion never makes
/// energy. The default value is not an efficiency; it converts everything to nothing and cannot be drawn through.
/// </remarks>
public readonly record struct Efficiency
{
    private const long Whole = 1_000_000;

    public static readonly Efficiency Lossless = new(1_000_000);

    /// <exception cref="ArgumentOutOfRangeException">Not in 1..1 000 000.</exception>
    public Efficiency(int partsPerMillion)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partsPerMillion, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partsPerMillion, 1_000_000);
        PartsPerMillion = partsPerMillion;
    }

    public int PartsPerMillion { get; }

    /// <summary>What arrives of <paramref name="sent"/> ≥ 0, rounded down.</summary>
    public Energy Arriving(Energy sent) => new((long)((Int128)sent.WattHours * PartsPerMillion / Whole));

    /// <summary>What must be sent so that <paramref name="arriving"/> ≥ 0 arrives, rounded up.</summary>
    public Energy SentFor(Energy arriving) =>
        new((long)(((Int128)arriving.WattHours * Whole + PartsPerMillion - 1) / PartsPerMillion));

    /// <summary>The most that can be sent so that no more than <paramref name="room"/> ≥ 0 arrives.</summary>
    public Energy MostSentInto(Energy room) => new((long)((Int128)room.WattHours * Whole / PartsPerMillion));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PartsPerMillion} ppm");
}
