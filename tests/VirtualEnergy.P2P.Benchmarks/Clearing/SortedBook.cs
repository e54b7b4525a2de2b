using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Benchmarks.Clearing;

/// <summary>The usual way to clear a call auction, as a baseline: sort each side by price, walk both until they cross.</summary>
internal sealed class SortedBook(PackedOrder[] orders)
{
    /// <summary>Fills every order; those of one price in the book's order, which spares the baseline the sharing.</summary>
    public void Clear(uint[] fills)
    {
        Array.Clear(fills);
        var buys = Sorted(Side.Buy, order => -order.Tick);
        var sells = Sorted(Side.Sell, order => order.Tick);
        var (buy, sell) = (0, 0);
        while (buy < buys.Length && sell < sells.Length && orders[buys[buy]].Tick >= orders[sells[sell]].Tick)
        {
            var (b, s) = (buys[buy], sells[sell]);
            var energy = Math.Min(orders[b].WattHours - fills[b], orders[s].WattHours - fills[s]);
            fills[b] += energy;
            fills[s] += energy;
            buy += fills[b] == orders[b].WattHours ? 1 : 0;
            sell += fills[s] == orders[s].WattHours ? 1 : 0;
        }
    }

    private int[] Sorted(Side side, Func<PackedOrder, int> key)
    {
        var places = Enumerable.Range(0, orders.Length).Where(place => orders[place].Side == side).ToArray();
        var keys = Array.ConvertAll(places, place => key(orders[place]));
        Array.Sort(keys, places);
        return places;
    }
}
