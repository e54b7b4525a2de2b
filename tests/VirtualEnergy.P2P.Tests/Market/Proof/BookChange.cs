using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>A change of a book whose effect on the answer is known without knowing the answer.</summary>
public enum BookChange
{
    /// <summary>The orders arrive in another order: nothing changes.</summary>
    Permute,

    /// <summary>One order becomes two of the same member, key and price: price and volume stay, and her sum.</summary>
    SplitAStep,

    /// <summary>Every energy × 3: the price stays, volume and fills × 3.</summary>
    ScaleEnergies,

    /// <summary>Every limit 7 ticks up: every price 7 ticks up, the fills stay.</summary>
    ShiftPrices,

    /// <summary>Buyers become sellers, prices change their sign, k becomes 1 − k: so do price, interval and fills.</summary>
    Mirror,

    /// <summary>A stranger bids less than anyone asks: nothing changes.</summary>
    AddAnOrderThatCannotTrade,

    /// <summary>An unfilled order that no interval ends at goes: nothing changes.</summary>
    RemoveAnUnfilledOrder,

    /// <summary>Members get other names in the same alphabetical order: nothing changes but the names.</summary>
    RenameMembers,
}

/// <summary>Carries the changes out.</summary>
internal static class BookChanges
{
    public const int Scale = 3;

    public static readonly Price Shift = new(700);

    /// <param name="before">The answer to the book as it was.</param>
    /// <param name="choice">Picks the order, the permutation.</param>
    /// <returns>The changed book; null when this book has nothing to change in that way.</returns>
    public static Order[]? Apply(this BookChange change, Order[] book, Clearing before, int choice) => change switch
    {
        BookChange.Permute => Permuted(book, choice),
        BookChange.SplitAStep => book.Length == 0 || book[choice % book.Length].Energy.WattHours < 2 ? null : Split(book, choice % book.Length),
        BookChange.ScaleEnergies => [.. book.Select(order => order with { Energy = new Energy(order.Energy.WattHours * Scale) })],
        BookChange.ShiftPrices => [.. book.Select(order => order with { Price = new Price(order.Price.MicroEurPerKWh + Shift.MicroEurPerKWh) })],
        BookChange.Mirror => [.. book.Select(Mirrored)],
        BookChange.AddAnOrderThatCannotTrade => [.. book, Stranger(book)],
        BookChange.RemoveAnUnfilledOrder => book.FirstOrDefault(order => CannotMatter(order, book, before)) is { } gone ? [.. book.Where(order => order != gone)] : null,
        BookChange.RenameMembers => [.. book.Select(order => order with { Member = new MemberId("x" + order.Member.Value + "y") })],
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    public static Order Mirrored(Order order) =>
        order with { Side = order.Side == Side.Buy ? Side.Sell : Side.Buy, Price = new Price(-order.Price.MicroEurPerKWh) };

    private static Order[] Permuted(Order[] book, int choice)
    {
        var permuted = book.ToArray();
        new Random(choice).Shuffle(permuted);
        return permuted;
    }

    // 1 Wh and the rest.
    private static Order[] Split(Order[] book, int at) =>
        [.. book[..at], book[at] with { Energy = new Energy(1) }, book[at] with { Energy = book[at].Energy - new Energy(1) }, .. book[(at + 1)..]];

    private static Order Stranger(Order[] book)
    {
        var lowest = book.Where(order => order.Side == Side.Sell).Select(order => order.Price.MicroEurPerKWh).DefaultIfEmpty(100).Min();
        return Books.Buy(900, lowest - 100, 50, "stranger");
    }

    // Beyond the interval: it neither trades nor keeps another from setting the price.
    private static bool CannotMatter(Order order, Order[] book, Clearing before)
    {
        var (low, high) = before.Interval is { } interval
            ? (interval.Low, interval.High)
            : (book.Where(other => other.Side == Side.Sell).Select(other => other.Price).DefaultIfEmpty().Min(),
               book.Where(other => other.Side == Side.Buy).Select(other => other.Price).DefaultIfEmpty().Max());
        return before.Fills.All(fill => fill.Order != order) && (order.Side == Side.Buy ? order.Price < low : order.Price > high);
    }
}
