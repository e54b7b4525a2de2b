using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>Takes an excess off the orders of one side in equal parts; an order that has no more gives all that it has.</summary>
internal static class EqualReduction
{
    /// <param name="volume">Wh that are to be left.</param>
    /// <param name="fills">Of one side, at least the volume; those with something left are returned in this order.</param>
    public static ImmutableArray<Fill> To(Int128 volume, ImmutableArray<Fill> fills)
    {
        var excess = fills.Aggregate(-volume, (sum, fill) => sum + fill.Energy.WattHours);
        if (excess <= 0)
        {
            return fills;
        }

        // The largest part that can be taken from each, then the Wh that are odd.
        var (part, tooMuch) = (0L, fills.Max(fill => fill.Energy.WattHours) + (Int128)1);
        while (tooMuch - part > 1)
        {
            var middle = (long)((part + tooMuch) / 2);
            (part, tooMuch) = Taken(fills, middle) <= excess ? (middle, tooMuch) : (part, middle);
        }

        var odd = (int)(excess - Taken(fills, part));
        var givesOneMore = fills.Where(fill => fill.Energy.WattHours > part)
            .OrderByDescending(fill => fill.Order.Key).ThenByDescending(fill => fill.Order.Member).Take(odd).Select(fill => fill.Order)
            .ToHashSet((IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        return [.. fills.Select(fill => fill with { Energy = new Energy(fill.Energy.WattHours - Part(fill, part) - (givesOneMore.Contains(fill.Order) ? 1 : 0)) })
            .Where(fill => fill.Energy > Energy.Zero)];
    }

    private static Int128 Taken(ImmutableArray<Fill> fills, long part) => fills.Aggregate(Int128.Zero, (sum, fill) => sum + Part(fill, part));

    private static long Part(Fill fill, long part) => Math.Min(fill.Energy.WattHours, part);
}
