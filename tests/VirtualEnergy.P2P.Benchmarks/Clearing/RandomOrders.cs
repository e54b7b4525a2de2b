using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Benchmarks.Clearing;

/// <summary>Books of simulated orders, the same for the same seed on every machine.</summary>
internal static class RandomOrders
{
    /// <summary>
    /// As many buys as sells, 1 to 5,000 Wh each; sells over 40 ct/kWh from the floor up, buys over 40 ct/kWh from 10 ct
    /// higher, so that the two overlap and about half of the energy trades.
    /// </summary>
    public static PackedOrder[] Create(int count, ulong seed)
    {
        var state = seed;
        var orders = new PackedOrder[count];
        for (var i = 0; i < count; i++)
        {
            var random = Next(ref state);
            var side = (random & 1) == 0 ? Side.Buy : Side.Sell;
            var tick = (side == Side.Buy ? 6_000 : 5_000) + (int)((random >> 1) % 4_000);
            orders[i] = new PackedOrder(side, tick, 1 + (uint)((random >> 32) % 5_000));
        }

        return orders;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
