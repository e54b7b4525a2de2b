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

        if (SelfTradeLimit.FirstBreach(book.Zip(fills, static (order, filled) => (order, new Energy(filled))), result.Volume) is not null)
        {
            return false;
        }

        clearing = new Clearing(price, interval, new Energy(result.Volume), Fills(book, packed, fills));
        return true;
    }

    /// <summary>In the order of <see cref="Ladder.Compare"/>. Packed orders sort by side and price as they are; their places fit in beside.</summary>
    private static ImmutableArray<Fill> Fills(Order[] book, PackedOrder[] packed, uint[] fills)
    {
        var (keys, count) = (new long[fills.Length], 0);
        for (var place = 0; place < fills.Length; place++)
        {
            if (fills[place] > 0)
            {
                keys[count++] = (long)packed[place].Rank << 32 | (uint)place;
            }
        }

        var filled = keys.AsSpan(0, count);
        filled.Sort();
        Ladder.SortAlike(filled, static (a, b) => a >> 32 == b >> 32, (a, b) => Ladder.Compare(book[PlaceOf(a)], book[PlaceOf(b)]));
        var sorted = ImmutableArray.CreateBuilder<Fill>(count);
        foreach (var key in filled)
        {
            sorted.Add(new Fill(book[PlaceOf(key)], new Energy(fills[PlaceOf(key)])));
        }

        return sorted.MoveToImmutable();
    }

    private static int PlaceOf(long key) => unchecked((int)key);

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
