using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Explaining;
using VirtualEnergy.P2P.Node.Books;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>An order of a book with how much of it was filled, in the book's own units.</summary>
public sealed record FilledOrder(string Id, string Actor, decimal Quantity, decimal Filled);

/// <summary>All orders of a book at one limit, in the book's own units.</summary>
public sealed record BookLevel(decimal Price, decimal Bids, decimal BidsFilled, decimal Offers, decimal OffersFilled, bool IsHers);

/// <summary>Why one order of a book was filled as it was, in the book's own units. Prices are what a buyer pays, a grid fee included.</summary>
/// <param name="Price">The price that stands for the round; null when nothing trades.</param>
/// <param name="MarginalBid">The lowest bid that traded.</param>
/// <param name="MarginalOffer">The highest offer that traded.</param>
/// <param name="AtItsLimit">The orders of its side at its limit, itself among them.</param>
/// <param name="Missed">The price or margin that its limit does not reach; null unless it is worse than the margin.</param>
/// <param name="Parts">Quantity and price of what it traded.</param>
/// <param name="Amount">What its actor pays (bid) or gets (offer) for that.</param>
/// <param name="Surplus">How much better that is than its limit.</param>
/// <param name="UniformFill">What one price for all would have filled.</param>
/// <param name="LimitForSome">The limit that would have got it anything; null when it has, or none would.</param>
/// <param name="LimitForWhole">The limit that would have filled it whole.</param>
/// <param name="Levels">Both ladders, highest price first.</param>
public sealed record BookExplanation(
    FilledOrder Order,
    Side Side,
    decimal Limit,
    MechanismKind Mechanism,
    FillReason Reason,
    decimal Volume,
    decimal? Price,
    decimal? PriceLow,
    decimal? PriceHigh,
    decimal? MarginalBid,
    decimal? MarginalOffer,
    PriceSetting Setting,
    ImmutableArray<FilledOrder> Setters,
    ImmutableArray<FilledOrder> AtItsLimit,
    decimal? Missed,
    ImmutableArray<(decimal Quantity, decimal Price)> Parts,
    decimal Amount,
    decimal Surplus,
    decimal UniformFill,
    decimal? LimitForSome,
    decimal? LimitForWhole,
    ImmutableArray<BookLevel> Levels)
{
    /// <summary>How far its limit is from what it does not reach.</summary>
    public decimal? MissedBy => Missed is { } missed ? Math.Abs(missed - Limit) : null;

    /// <exception cref="UserErrorException">The book has no such order, left it out, or its numbers are too large.</exception>
    public static BookExplanation Of(Book book, string id, MechanismKind mechanism)
    {
        var asked = book.Orders.Where(order => order.Id == id).Select(order => (decimal?)order.Quantity).FirstOrDefault()
            ?? throw new UserErrorException($"The book has no order \"{id}\"; it has {Some(book)}.");
        if (asked <= 0)
        {
            throw new UserErrorException($"Order \"{id}\" was left out of the book: its quantity is {asked:0.######}, and an order's quantity is positive.");
        }

        var auction = BookAuction.Of(book, mechanism);
        if (auction.Terms.Count > 0)
        {
            throw new UserErrorException("This book has types, times, expiries or withdrawals; only limit orders that wait are explained.");
        }

        var mine = auction.Orders.Single(order => auction.IdOf[order] == id);
        return BookAuction.Exactly(() =>
        {
            Clearing Clear(IReadOnlyList<Order> changed) => auction.Clear(changed, default);
            var clearing = Clear(auction.Orders);
            var limits = LimitThatFills.Find(mine, auction.Orders, Clear, auction.Rules.TickMicroEurPerKWh);
            var levels = LadderLevel.Of(auction.Orders, clearing);
            var units = new BookUnits(auction.QuantityScale, BookAuction.PriceScale, auction.IdOf);
            return In(units, Explanation.Of(mine, auction.Orders, clearing, auction.Rules), clearing, limits, levels, mechanism);
        });
    }

    private static BookExplanation In(
        BookUnits units, Explanation why, Clearing clearing, LimitThatFills limits, ImmutableArray<LadderLevel> levels, MechanismKind mechanism)
    {
        ImmutableArray<(decimal Quantity, decimal Price)> parts = [.. why.Parts.Select(part => (units.Of(part.Energy), units.Of(part.Price)))];
        var limit = units.Of(why.Order.Price);
        var amount = parts.Sum(part => part.Quantity * part.Price);
        var atLimit = limit * units.Of(why.Filled);
        return new BookExplanation(
            units.Of(new Fill(why.Order, why.Filled)),
            why.Order.Side,
            limit,
            mechanism,
            why.Reason,
            units.Of(clearing.Volume),
            units.Of(clearing.Price),
            units.Of(clearing.Interval?.Low),
            units.Of(clearing.Interval?.High),
            units.Of(why.MarginalBuy),
            units.Of(why.MarginalSell),
            why.Setting,
            [.. why.Setters.Select(units.Of)],
            [.. why.AtItsLimit.Select(units.Of)],
            units.Of(why.Missed),
            parts,
            amount,
            why.Order.Side == Side.Buy ? atLimit - amount : amount - atLimit,
            units.Of(why.UniformFill),
            units.Of(limits.Some),
            units.Of(limits.Whole),
            [.. levels.Select(level => units.Of(level, isHers: level.Price == why.Order.Price))]);
    }

    private static string Some(Book book)
    {
        const int shown = 5;
        var ids = string.Join(", ", book.Orders.Take(shown).Select(order => $"\"{order.Id}\""));
        return book.Orders.Length switch { 0 => "none", <= shown => ids, var count => $"{ids} and {count - shown} more" };
    }
}
