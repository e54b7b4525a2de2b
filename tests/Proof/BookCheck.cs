using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// Clears one book by one mechanism and holds the answer against everything that is known about it: the mechanism's reference,
/// the optimum, and <see cref="ClearingInvariants"/>.
/// </summary>
internal static class BookCheck
{
    /// <param name="Problem">What is wrong; null when nothing is.</param>
    /// <param name="Fills">Orders that were filled.</param>
    /// <param name="Refused">True when the answer was, rightly, that the sums do not fit in 64 bits, or that the mechanism cannot honour the network.</param>
    public readonly record struct Result(string? Problem, int Fills, bool Refused);

    public static Result Of(RandomBook random, MechanismKind kind, Hash256 seed)
    {
        var (book, rules) = random;
        var honours = rules.Network.IsCopperPlate || (kind.KnowsFees() && (kind.KnowsLimits() || !rules.Network.HasLimits));
        try
        {
            var clearing = Mechanisms.Of(kind).Clear(book, rules with { Mechanism = kind }, seed);
            var problem = !honours ? "a network is cleared that the mechanism cannot honour"
                : ClearingInvariants.Broken(book, clearing, rules) ?? Differs(book, rules, kind, clearing, seed);
            return new Result(problem, clearing.Fills.Length, Refused: false);
        }
        catch (ArgumentException) when (!honours)
        {
            return new Result(null, 0, Refused: true);
        }
        catch (OverflowException error)
        {
            // "A sum does not fit in 64 bits" may be said only of a book that has such a sum.
            var fits = kind == MechanismKind.Uniform ? Optimum.Volume(book) <= long.MaxValue : ShorterSide(book) <= long.MaxValue;
            return new Result(fits ? $"refused though every sum fits: {error.Message}" : null, 0, Refused: true);
        }
#pragma warning disable CA1031 // Whatever else a mechanism throws at a well-formed book is a finding.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new Result($"{error.GetType().Name}: {error.Message}", 0, Refused: false);
        }
    }

    private static string? Differs(Order[] book, MarketRules rules, MechanismKind kind, Clearing clearing, Hash256 seed)
    {
        if (ZonalAuction.IsAskedFor(book, rules))
        {
            var best = PlainZones.Best(book, rules.Network);
            return DiffersOverZones(book, rules, kind, clearing, best) ?? kind switch
            {
                MechanismKind.Continuous => DiffersFromContinuous(book, rules, clearing),
                MechanismKind.Curve => DiffersFromCurve(book, rules, clearing),
                MechanismKind.Huang => DiffersFromHuang(book, rules, clearing),
                MechanismKind.Muda => DiffersFromMuda(book, rules, clearing, seed),
                _ => null,
            };
        }

        if (Optimum.WelfareOf(clearing) > Optimum.Welfare(book))
        {
            return $"welfare {Optimum.WelfareOf(clearing)} is more than there is, {Optimum.Welfare(book)}";
        }

        return kind switch
        {
            MechanismKind.Uniform => DiffersFromUniform(book, rules, clearing),
            MechanismKind.PayAsBid => DiffersFromPayAsBid(book, rules, clearing),
            MechanismKind.Continuous => DiffersFromContinuous(book, rules, clearing),
            MechanismKind.Curve => DiffersFromCurve(book, rules, clearing),
            MechanismKind.Huang => DiffersFromHuang(book, rules, clearing),
            MechanismKind.Muda => DiffersFromMuda(book, rules, clearing, seed),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    // Rules 6 and 7: the optimum, its volume and its crossings are known without prices; whoever takes another flow makes less of it.
    private static string? DiffersOverZones(Order[] book, MarketRules rules, MechanismKind kind, Clearing clearing, PlainZones.Answer best)
    {
        var (welfare, isOptimal) = (ZoneInvariants.Welfare(clearing), kind is MechanismKind.Uniform or MechanismKind.PayAsBid);
        return welfare > best.Welfare || (isOptimal && welfare != best.Welfare) ? $"welfare {welfare} where the best is {best.Welfare}"
            : isOptimal && clearing.Volume.WattHours != best.Volume ? $"volume {clearing.Volume} where the best welfare has {best.Volume}"
            : isOptimal && ZoneInvariants.Crossed(clearing) != best.Crossed ? $"{ZoneInvariants.Crossed(clearing)} Wh from zone to zone where {best.Crossed} will do"
            : (rules.Network.IsCopperPlate && !isOptimal ? null : ZoneInvariants.BrokenLine(clearing, rules.Network))
                ?? (kind == MechanismKind.Uniform ? ZoneInvariants.BrokenPrice(book, clearing, rules.Network) : null)
                ?? (kind == MechanismKind.PayAsBid ? DiffersFromPayAsBid(book, rules, clearing) : null);
    }

    // The same orders trade as at a uniform price. Each pays her own limit; only a premium can bring a pair together below the seller's, and then it is the seller's.
    private static string? DiffersFromPayAsBid(Order[] book, MarketRules rules, Clearing clearing)
    {
        if (!Mechanisms.Of(MechanismKind.Uniform).Clear(book, rules, default).Fills.AsSpan().SequenceEqual(clearing.Fills.AsSpan()))
        {
            return "other fills than at a uniform price";
        }

        foreach (var lot in clearing.Lots)
        {
            var (buy, sell) = (lot.Fills.Single(fill => IsBuy(fill)).Order, lot.Fills.Single(fill => !IsBuy(fill)).Order);
            if (lot.Spread != default || lot.BuyerPrice.MicroEurPerKWh != Math.Max(buy.Price.MicroEurPerKWh, sell.Price.MicroEurPerKWh + lot.GridFee.MicroEurPerKWh))
            {
                return $"a buy at {buy.Price} pays {lot.BuyerPrice}";
            }
        }

        return null;
    }

    private static string? DiffersFromUniform(Order[] book, MarketRules rules, Clearing clearing)
    {
        var volume = Optimum.Volume(book);
        if (volume != clearing.Volume.WattHours)
        {
            return $"volume {clearing.Volume} where one price can clear {volume}";
        }

        // The reference knows nothing of owners, so it is the rule wherever its fills could be paired.
        if (Total(book) > long.MaxValue && Optimum.Volume([.. book.Select(Apart)]) > long.MaxValue)
        {
            return null;
        }

        var reference = ReferenceUniformPriceAuction.Clear(book, rules);
        if (BreaksSelfTradeLimit(reference))
        {
            return null;
        }

        if (Optimum.WelfareOf(clearing) != Optimum.Welfare(book))
        {
            return $"welfare {Optimum.WelfareOf(clearing)} of {Optimum.Welfare(book)}";
        }

        return reference.Price != clearing.Price ? $"price {clearing.Price}, reference {reference.Price}"
            : reference.Interval != clearing.Interval ? $"interval {clearing.Interval}, reference {reference.Interval}"
            : !reference.Fills.AsSpan().SequenceEqual(clearing.Fills.AsSpan()) ? "other fills than the reference"
            : null;
    }

    private static string? DiffersFromContinuous(Order[] book, MarketRules rules, Clearing clearing)
    {
        var lots = clearing.Lots.Select(lot => (lot.Fills[0].Order, lot.Fills[1].Order, lot.Fills[0].Energy.WattHours, lot.Price));
        return lots.SequenceEqual(PlainContinuous.Trades(book, rules.Network)) ? null : "other trades than the plain book";
    }

    private static string? DiffersFromCurve(Order[] book, MarketRules rules, Clearing clearing)
    {
        // The reference walks along every tick: over a wide book that takes too long.
        var prices = book.Select(order => (Int128)order.Price.MicroEurPerKWh).DefaultIfEmpty().ToList();
        if (prices.Max() - prices.Min() > 500 * (Int128)rules.TickMicroEurPerKWh || Total(book) > long.MaxValue || !book.All(order => rules.IsOnTick(order.Price)))
        {
            return null;
        }

        var reference = ReferenceCurveMarket.Clear(book, rules);
        return reference.Price != clearing.Price ? $"price {clearing.Price}, reference {reference.Price}"
            : !reference.Fills.AsSpan().SequenceEqual(clearing.Fills.AsSpan()) ? "other fills than the reference"
            : null;
    }

    private static string? DiffersFromHuang(Order[] book, MarketRules rules, Clearing clearing) =>
        HasOneOnBothSides(book) || Total(book) > long.MaxValue ? null
        : Same(PlainTruthful.Huang(Delivered(book, rules), rules), clearing, rules) ? null : "other trades than plain trade reduction";

    private static string? DiffersFromMuda(Order[] book, MarketRules rules, Clearing clearing, Hash256 seed)
    {
        if (HasOneOnBothSides(book) || Total(book) > long.MaxValue)
        {
            return null;
        }

        var (trades, fees) = PlainTruthful.Muda(Delivered(book, rules), rules, seed);
        return !Same(trades, clearing, rules) ? "other trades than plain MUDA"
            : !fees.SequenceEqual(clearing.Charges.Select(charge => (charge.Member, (BigInteger)charge.Amount.MicroEur))) ? "other fees than plain MUDA"
            : null;
    }

    // Over a network both are made as if every trade bore its dearest fee (Auctions/DearestFee.cs).
    private static Order[] Delivered(Order[] book, MarketRules rules) =>
        [.. book.Select(order => order.Side == Side.Sell ? order with { Price = new Price(order.Price.MicroEurPerKWh + Dearest(rules)) } : order)];

    private static long Dearest(MarketRules rules) => rules.Network.Lines.Select(line => line.Fee.MicroEurPerKWh).DefaultIfEmpty().Max();

    private static bool Same(IEnumerable<PlainTruthful.Trade> plain, Clearing clearing, MarketRules rules)
    {
        var dearest = Dearest(rules);
        var expected = plain.Select(trade => trade.Order.Side == Side.Buy
            ? new PlainTruthful.Trade(trade.Order, trade.Energy, trade.Price)
            : new PlainTruthful.Trade(trade.Order with { Price = Less(trade.Order.Price) }, trade.Energy, Less(trade.Price)));
        var answered = clearing.Lots.SelectMany(lot => lot.Fills.Select(fill => new PlainTruthful.Trade(fill.Order, fill.Energy.WattHours, IsBuy(fill) ? lot.BuyerPrice : lot.Price)));
        return Summed(expected).SequenceEqual(Summed(answered));

        Price Less(Price price) => new(price.MicroEurPerKWh - dearest);
    }

    // An order's fill may lie in several lots; equal orders are told apart by nothing.
    private static IOrderedEnumerable<(Hash256, MemberId, Side, Price, Energy, Price, BigInteger)> Summed(IEnumerable<PlainTruthful.Trade> trades) => trades
        .GroupBy(trade => (trade.Order.Key, trade.Order.Member, trade.Order.Side, Limit: trade.Order.Price, trade.Order.Energy, trade.Price))
        .Select(order => (order.Key.Key, order.Key.Member, order.Key.Side, order.Key.Limit, order.Key.Energy, order.Key.Price, order.Aggregate(BigInteger.Zero, (sum, trade) => sum + trade.Energy)))
        .Order();

    private static bool IsBuy(Fill fill) => fill.Order.Side == Side.Buy;

    private static bool HasOneOnBothSides(Order[] book) => book.GroupBy(order => order.Member).Any(member => member.Select(order => order.Side).Distinct().Count() == 2);

    private static bool BreaksSelfTradeLimit(Clearing clearing) =>
        clearing.Fills.GroupBy(fill => fill.Order.Member).Any(member =>
            member.Select(fill => fill.Order.Side).Distinct().Count() == 2
            && member.Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours) > clearing.Volume.WattHours);

    private static Order Apart(Order order, int index) => order with { Member = new MemberId($"{order.Side} {index}") };

    private static BigInteger Total(IEnumerable<Order> orders) => orders.Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);

    private static BigInteger ShorterSide(Order[] book) =>
        BigInteger.Min(Total(book.Where(order => order.Side == Side.Buy)), Total(book.Where(order => order.Side == Side.Sell)));
}
