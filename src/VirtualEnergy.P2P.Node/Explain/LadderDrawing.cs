using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>The two ladders around the price as lines of text: bids on the left, offers on the right, what traded filled in.</summary>
internal static class LadderDrawing
{
    /// <summary>Levels shown above and below the price.</summary>
    private const int Around = 4;

    private const int BarWidth = 14;

    public static IEnumerable<string> Lines(BookExplanation why)
    {
        var shown = Shown(why.Levels, why.Price ?? why.Limit);
        var largest = shown.Select(level => Math.Max(level.Bids, level.Offers)).DefaultIfEmpty(1).Max();
        var quantity = Math.Max("bids".Length, shown.Select(level => Math.Max(Amount(level.BidsFilled, level.Bids).Length, Amount(level.OffersFilled, level.Offers).Length)).DefaultIfEmpty().Max());
        var price = Math.Max("price".Length, shown.Select(level => Number(level.Price).Length).Append(Number(why.Price ?? 0).Length).Max());
        yield return $"  {"bids".PadLeft(quantity + BarWidth + 1)}  {"price".PadLeft(price)}  offers";

        decimal? above = null;
        foreach (var level in shown)
        {
            if (why.Price is { } cleared && cleared > level.Price && (above is null || above > cleared))
            {
                yield return PriceLine(cleared, quantity, price);
            }

            var bids = $"{Amount(level.BidsFilled, level.Bids).PadLeft(quantity)} {Bar(level.BidsFilled, level.Bids, largest).PadLeft(BarWidth)}";
            var offers = $"{Bar(level.OffersFilled, level.Offers, largest).PadRight(BarWidth)} {Amount(level.OffersFilled, level.Offers)}";
            var marks = (level.Price == why.Price ? " ── price" : "") + (level.IsHers ? $" ◄ {why.Order.Id} ({(why.Side == Side.Buy ? "bid" : "offer")})" : "");
            yield return $"  {bids}  {Number(level.Price).PadLeft(price)}  {offers.PadRight(marks.Length > 0 ? BarWidth + quantity + 1 : 0)}{marks}".TrimEnd();
            above = level.Price;
        }
    }

    private static string PriceLine(decimal cleared, int quantity, int price) =>
        $"  {new string('─', quantity + BarWidth + 1)}  {Number(cleared).PadLeft(price)}  {new string('─', BarWidth + quantity + 1)} ── price";

    /// <summary>The levels next to the price, and hers, wherever it is.</summary>
    private static ImmutableArray<BookLevel> Shown(ImmutableArray<BookLevel> levels, decimal price)
    {
        var near = levels.Where(level => level.Price >= price).TakeLast(Around + 1).Concat(levels.Where(level => level.Price < price).Take(Around + 1)).ToHashSet();
        return [.. levels.Where(level => level.IsHers || near.Contains(level))];
    }

    private static string Bar(decimal filled, decimal all, decimal largest)
    {
        // Whatever is there gets at least one block, and what was filled in part shows both kinds.
        int Blocks(decimal quantity) => quantity == 0 ? 0 : Math.Max(1, (int)Math.Round(quantity / largest * BarWidth));
        var width = Math.Max(Blocks(all), filled > 0 && filled < all ? 2 : 0);
        var solid = filled == all ? width : Math.Clamp(filled == 0 ? 0 : Blocks(filled), 0, width - 1);
        return new string('█', solid) + new string('░', width - solid);
    }

    private static string Amount(decimal filled, decimal all) => all == 0 ? "" : $"{Number(filled)}/{Number(all)}";

    private static string Number(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
