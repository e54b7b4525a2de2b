using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// Clears one book by one mechanism and holds the answer against everything that is known about it: the mechanism's reference,
/// the optimum, and <see cref="ClearingInvariants"/>.
/// </summary>
internal static class BookCheck
{
    public static readonly MarketRules Rules = MarketRules.Default;

    /// <param name="Problem">What is wrong; null when nothing is.</param>
    /// <param name="Fills">Orders that were filled.</param>
    /// <param name="Refused">True when the answer was, rightly, that the sums do not fit in 64 bits.</param>
    public readonly record struct Result(string? Problem, int Fills, bool Refused);

    public static Result Of(Order[] book, MechanismKind kind, Hash256 seed)
    {
        try
        {
            var clearing = Mechanisms.Of(kind).Clear(book, Rules with { Mechanism = kind }, seed);
            var problem = ClearingInvariants.Broken(book, clearing, Rules) ?? Differs(book, kind, clearing, seed);
            return new Result(problem, clearing.Fills.Length, Refused: false);
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

    private static string? Differs(Order[] book, MechanismKind kind, Clearing clearing, Hash256 seed)
    {
        if (Optimum.WelfareOf(clearing) > Optimum.Welfare(book))
        {
            return $"welfare {Optimum.WelfareOf(clearing)} is more than there is, {Optimum.Welfare(book)}";
        }

        return kind switch
        {
            MechanismKind.Uniform => DiffersFromUniform(book, clearing),
            MechanismKind.Continuous => DiffersFromContinuous(book, clearing),
            MechanismKind.Curve => DiffersFromCurve(book, clearing),
            MechanismKind.Huang => DiffersFromHuang(book, clearing),
            MechanismKind.Muda => DiffersFromMuda(book, clearing, seed),
            _ => null,
        };
    }

    private static string? DiffersFromUniform(Order[] book, Clearing clearing)
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

        var reference = ReferenceUniformPriceAuction.Clear(book, Rules);
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

    private static string? DiffersFromContinuous(Order[] book, Clearing clearing)
    {
        var lots = clearing.Lots.Select(lot => (lot.Fills[0].Order, lot.Fills[1].Order, lot.Fills[0].Energy.WattHours, lot.Price));
        return lots.SequenceEqual(PlainContinuous.Trades(book)) ? null : "other trades than the plain book";
    }

    private static string? DiffersFromCurve(Order[] book, Clearing clearing)
    {
        // The reference walks along every tick: over a wide book that takes too long.
        var prices = book.Select(order => (Int128)order.Price.MicroEurPerKWh).DefaultIfEmpty().ToList();
        if (prices.Max() - prices.Min() > 500 * (Int128)Rules.TickMicroEurPerKWh || Total(book) > long.MaxValue || !book.All(order => Rules.IsOnTick(order.Price)))
        {
            return null;
        }

        var reference = ReferenceCurveMarket.Clear(book, Rules);
        return reference.Price != clearing.Price ? $"price {clearing.Price}, reference {reference.Price}"
            : !reference.Fills.AsSpan().SequenceEqual(clearing.Fills.AsSpan()) ? "other fills than the reference"
            : null;
    }

    private static string? DiffersFromHuang(Order[] book, Clearing clearing) =>
        HasOneOnBothSides(book) || Total(book) > long.MaxValue ? null
        : Same(PlainTruthful.Huang(book, Rules), clearing) ? null : "other trades than plain trade reduction";

    private static string? DiffersFromMuda(Order[] book, Clearing clearing, Hash256 seed)
    {
        if (HasOneOnBothSides(book) || Total(book) > long.MaxValue)
        {
            return null;
        }

        var (trades, fees) = PlainTruthful.Muda(book, Rules, seed);
        return !Same(trades, clearing) ? "other trades than plain MUDA"
            : !fees.SequenceEqual(clearing.Charges.Select(charge => (charge.Member, (BigInteger)charge.Amount.MicroEur))) ? "other fees than plain MUDA"
            : null;
    }

    private static bool Same(IEnumerable<PlainTruthful.Trade> plain, Clearing clearing) =>
        plain.Select(trade => (trade.Order, trade.Energy, trade.Price)).Order(ByKey).SequenceEqual(clearing.Lots
            .SelectMany(lot => lot.Fills.Select(fill => (fill.Order, (BigInteger)fill.Energy.WattHours, fill.Order.Side == Side.Buy ? lot.BuyerPrice : lot.Price))).Order(ByKey));

    private static readonly Comparer<(Order Order, BigInteger Energy, Price)> ByKey = Comparer<(Order Order, BigInteger Energy, Price)>.Create((a, b) =>
        (a.Order.Key, a.Order.Member, a.Order.Side, a.Order.Price, a.Order.Energy, a.Energy).CompareTo((b.Order.Key, b.Order.Member, b.Order.Side, b.Order.Price, b.Order.Energy, b.Energy)));

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
