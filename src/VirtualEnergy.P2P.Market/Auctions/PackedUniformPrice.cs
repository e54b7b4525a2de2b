using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>Brings a book of orders to the packed call auction and its answer back.</summary>
public static class PackedUniformPrice
{
    /// <summary>Below, sorting is done before the ticks are counted.</summary>
    public const int WorthwhileFrom = 4_096;

    /// <summary>
    /// False for a book that the packed auction cannot hold (a price off the rules' grid, more than 2^32 − 1 Wh in an order), and for one in which a
    /// member's own two sides bind: those are cleared by sorting.
    /// </summary>
    /// <exception cref="ArgumentException">An order's energy is not positive.</exception>
    public static bool TryClear(IReadOnlyCollection<Order> orders, MarketRules rules, out Clearing clearing)
    {
        clearing = Clearing.Nothing;
        if (!TickGrid.TryOf(rules, out var grid) || !TryPack(orders, grid, out var book, out var packed))
        {
            return false;
        }

        var fills = new uint[packed.Length];
        var result = new CallAuction(grid).Clear(packed, fills, new ByKey(book));
        if (result.Price(grid, rules) is not var (price, interval))
        {
            return true;
        }

        var filled = ImmutableArray.CreateBuilder<Fill>();
        for (var i = 0; i < fills.Length; i++)
        {
            if (fills[i] > 0)
            {
                filled.Add(new Fill(book[i], new Energy(fills[i])));
            }
        }

        filled.Sort(static (a, b) => Ladder.Compare(a.Order, b.Order));
        clearing = new Clearing(price, interval, new Energy(result.Volume), filled.DrainToImmutable());
        return SelfTradeLimit.FirstBreach(clearing.Fills, result.Volume) is null;
    }

    private static bool TryPack(IReadOnlyCollection<Order> orders, TickGrid grid, out Order[] book, out PackedOrder[] packed)
    {
        book = [.. orders];
        packed = new PackedOrder[book.Length];
        for (var i = 0; i < book.Length; i++)
        {
            Ladder.Require(book[i]);
            if (book[i].Energy.WattHours > uint.MaxValue || !grid.TryIndexOf(book[i].Price, out var tick))
            {
                return false;
            }

            packed[i] = new PackedOrder(book[i].Side, tick, (uint)book[i].Energy.WattHours);
        }

        return true;
    }

    private readonly struct ByKey(Order[] book) : ITieBreak
    {
        public int Compare(int first, int second) => Ladder.Compare(book[first], book[second]);
    }
}
