namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>What a member's meter showed in a delivered period, beside what she had traded. Wh, + consumption, bought; − production, sold.</summary>
/// <param name="Metered">Import less export: by a reading, or by an estimate where none counts.</param>
/// <param name="Carried">What earlier periods turned out to be more than was assumed of them (+), less what her funds do not reach.</param>
/// <param name="Traded">Net energy of the period's trades.</param>
public readonly record struct MeteredPosition(MemberId Member, Energy Metered, Energy Carried, Energy Traded)
{
    /// <summary>+ took more than she bought (short), − took less or fed in more (long).</summary>
    /// <exception cref="OverflowException">Beyond 64 bits: an energy that no connection carries.</exception>
    public Energy Deviation => new(checked((long)((Int128)Metered.WattHours + Carried.WattHours - Traded.WattHours)));
}

/// <summary>A position and how much of its deviation the community balanced itself; the rest is the supplier's.</summary>
/// <param name="Matched">Wh, from 0 to the deviation's size.</param>
public readonly record struct SettledPosition(MeteredPosition Position, Energy Matched)
{
    /// <summary>What is bought from the supplier (+) or sold to it (−) at contract prices: the deviation less its matched part. Wh.</summary>
    public Energy Supplier => Position.Deviation > Energy.Zero ? Position.Deviation - Matched : Position.Deviation + Matched;
}
