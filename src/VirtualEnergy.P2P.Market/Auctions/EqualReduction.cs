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

        // The smallest first: as long as an equal part is more than an order has, it gives all, and the others share the rest.
        var smallestFirst = Enumerable.Range(0, fills.Length)
            .OrderBy(i => fills[i].Energy.WattHours).ThenByDescending(i => fills[i].Order.Key).ThenByDescending(i => fills[i].Order.Member).ToArray();
        var left = new long[fills.Length];
        for (var given = 0; given < smallestFirst.Length; given++)
        {
            var i = smallestFirst[given];
            var sharers = smallestFirst.Length - given;
            var part = (long)Int128.Min(fills[i].Energy.WattHours, (excess + sharers - 1) / sharers);
            left[i] = fills[i].Energy.WattHours - part;
            excess -= part;
        }

        return [.. fills.Select((fill, i) => fill with { Energy = new Energy(left[i]) }).Where(fill => fill.Energy > Energy.Zero)];
    }
}
