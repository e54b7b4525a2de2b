using System.Globalization;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Explaining;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>An explanation in plain words with its numbers.</summary>
internal static class ExplanationText
{
    /// <summary>How many other orders are named before the rest is only counted.</summary>
    private const int Named = 6;

    public static IEnumerable<string> Lines(BookExplanation why)
    {
        yield return Outcome(why);
        yield return "Why: " + Reason(why);
        yield return "Price: " + PriceOf(why);
        if (why.Order.Filled > 0)
        {
            yield return "Money: " + Money(why);
        }

        if (why.Order.Filled < why.Order.Quantity)
        {
            yield return "What would have filled it: " + Remedy(why);
        }
    }

    private static string Outcome(BookExplanation why)
    {
        var (does, bound) = why.Side == Side.Buy ? ("bids for", "less") : ("offers", "more");
        var outcome = why.Order.Filled == why.Order.Quantity ? "Filled whole."
            : why.Order.Filled == 0 ? "Not filled."
            : $"Filled in part: {N(why.Order.Filled)} of {N(why.Order.Quantity)}.";
        return $"{why.Order.Id}: {why.Order.Actor} {does} {N(why.Order.Quantity)} at {N(why.Limit)} or {bound}. {outcome}";
    }

    private static string Reason(BookExplanation why)
    {
        var (kind, margin) = why.Side == Side.Buy ? ("bid", why.MarginalBid) : ("offer", why.MarginalOffer);
        var (worst, better, opposite) = why.Side == Side.Buy ? ("lowest", "above", "offer") : ("highest", "below", "bid");
        return why.Reason switch
        {
            FillReason.NothingTrades => $"nothing trades: no bid reaches an offer of another actor.",
            FillReason.BetterThanMargin when why.Mechanism == MechanismKind.Continuous => $"it met enough {opposite}s that accept its limit, when it came or later.",
            FillReason.WholeAtMargin when why.Mechanism == MechanismKind.Continuous => $"it met enough {opposite}s that accept its limit, when it came or later.",
            FillReason.BetterThanMargin => $"its limit {N(why.Limit)} is {better} {N(margin)}, the {worst} {kind} that trades; better limits go first.",
            FillReason.WholeAtMargin => $"its limit {N(why.Limit)} is the {worst} {kind} that trades, and all that stands there is needed.",
            FillReason.SharedAtMargin => Shared(why, kind, worst),
            FillReason.PriceNotGoodEnough when why.Missed is { } missed && missed == margin => $"its limit {N(why.Limit)} misses {N(missed)}, the {worst} {kind} that trades, by {N(why.MissedBy)}.",
            FillReason.PriceNotGoodEnough when why.Missed is { } missed => $"its limit {N(why.Limit)} misses the price {N(missed)} by {N(why.MissedBy)}.",
            FillReason.PriceNotGoodEnough => $"nobody on the other side ever accepts its limit {N(why.Limit)}.",
            FillReason.OwnOrders => $"{why.Order.Actor} stands on both sides, and two orders of one actor never trade with each other: with everyone else served, what is left could only meet {why.Order.Actor}'s own {opposite}s.",
            FillReason.FeeOrZone => $"others trade at prices that its limit {N(why.Limit)} would accept, but a grid fee or a full line lies between its zone and theirs.",
            FillReason.GivenUp => $"one price for all would have filled {N(why.UniformFill)} of it; {MechanismWords.GivesUp(why.Mechanism)}",
            FillReason.NobodyLeft => $"when it came, and after, too few {opposite}s were left that accept its limit {N(why.Limit)}; the others had traded with earlier orders, or came and met better ones.",
            _ => throw new ArgumentOutOfRangeException(nameof(why)),
        };
    }

    private static string Shared(BookExplanation why, string kind, string worst)
    {
        var all = why.AtItsLimit.Sum(order => order.Quantity);
        var got = why.AtItsLimit.Sum(order => order.Filled);
        var text = $"its limit {N(why.Limit)} is the {worst} {kind} that trades, and of the {N(all)} that stand there {N(got)} are needed.";
        return why.AtItsLimit.Length == 1
            ? text
            : $"{text} They are shared pro rata; what rounding leaves goes to the largest remainder, then to the smallest key: {List(why.AtItsLimit)}.";
    }

    private static string PriceOf(BookExplanation why)
    {
        if (why.Price is not { } price)
        {
            return "none.";
        }

        var interval = why.PriceLow is { } low && why.PriceHigh is { } high
            ? low == high ? $" No other price is competitive." : $" Competitive from {N(low)} to {N(high)}."
            : "";
        return $"{N(price)}, for a volume of {N(why.Volume)}. {Setting(why, price)}{interval} The lowest bid that trades is {N(why.MarginalBid)}, the highest offer {N(why.MarginalOffer)}.";
    }

    private static string Setting(BookExplanation why, decimal price) => why.Setting switch
    {
        PriceSetting.Split => $"It lies between the last bid and the last offer that trade ({List(why.Setters)}) and splits the gap.",
        PriceSetting.PartlyFilledBuy => $"Set by a bid that is filled in part, {List(why.Setters)}: at less, more of it would have to be served.",
        PriceSetting.PartlyFilledSell => $"Set by an offer that is filled in part, {List(why.Setters)}: at more, more of it would have to be sold.",
        PriceSetting.UnfilledBuy => $"Set by the best bid that gets nothing, {List(why.Setters)}: at less it would have to be served.",
        PriceSetting.UnfilledSell => $"Set by the best offer that gets nothing, {List(why.Setters)}: at less than its limit it has no place.",
        PriceSetting.MarginalBuy => $"Set by the last bid that trades, {List(why.Setters)}: it pays no more.",
        PriceSetting.MarginalSell => $"Set by the last offer that trades, {List(why.Setters)}: it takes no less.",
        _ => MechanismWords.PriceRule(why.Mechanism),
    };

    private static string Money(BookExplanation why)
    {
        var verb = why.Side == Side.Buy ? "pays" : "gets";
        var parts = string.Join(" + ", why.Parts.Select(part => $"{N(part.Quantity)} × {N(part.Price)}"));
        return $"{why.Order.Actor} {verb} {parts} = {N(why.Amount)}; at its limit it would have been {N(why.Limit * why.Order.Filled)}, so its surplus is {N(why.Surplus)}.";
    }

    private static string Remedy(BookExplanation why)
    {
        var (more, bound) = why.Side == Side.Buy ? ("higher", "or more") : ("lower", "or less");
        var some = why is { Order.Filled: 0, LimitForSome: { } first } && first != why.LimitForWhole ? $"a limit of {N(first)} gets some of it, " : "";
        return why.LimitForWhole is { } whole
            ? $"{some}a limit of {N(whole)} {bound} all of it, the rest of the book unchanged."
            : some.Length > 0 ? $"{some}no {more} limit all of it, the rest of the book unchanged."
            : $"no {more} limit: the other side has no more for it.";
    }

    private static string List(IReadOnlyCollection<FilledOrder> orders)
    {
        var named = string.Join(", ", orders.Take(Named).Select(order => $"{order.Id} {N(order.Filled)} of {N(order.Quantity)}"));
        return orders.Count > Named ? $"{named} and {orders.Count - Named} more" : named;
    }

    private static string N(decimal? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "none";
}
