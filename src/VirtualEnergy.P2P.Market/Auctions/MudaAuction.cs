using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// MUDA: members are divided into two halves by lot, and each half trades at the price that the other half found. So no
/// member has a say in her own price, whatever number of orders she holds.
/// </summary>
/// <remarks>
/// <para>
/// Source: Segal-Halevi, Hassidim, Aumann, "MUDA: A Truthful Multi-Unit Double-Auction Mechanism", AAAI 2018, in the form with Vickrey
/// fees: within a half, the side that has more to trade than the other is served best price first, and each of its members pays the community
/// what her taking part costs the others of that side.
/// </para>
/// <para>
/// Conventions. The lot is drawn for each member from the round's seed (<see cref="Lottery"/>). A half's price is k · marginal buy +
/// (1 − k) · marginal sell on tick; it is not clipped, since it is for others. Orders exactly at the price take part. Equal prices at the end
/// of the longer side share pro rata. A fee is rounded down. A half whose other half finds no price does not trade.
/// Fees between zones: <see cref="DearestFee"/>.
/// </para>
/// </remarks>
public sealed class MudaAuction : IMechanism
{
    public Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed) =>
        Clear(orders, rules, member => Lottery.IsDrawn(seed, member));

    /// <summary>With halves that are known, for examples and tests.</summary>
    public static Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Func<MemberId, bool> isLeft) =>
        DearestFee.Clear(orders, rules, MechanismKind.Muda, (delivered, here) => InOnePlace(delivered, here, isLeft));

    private static Clearing InOnePlace(IReadOnlyCollection<Order> orders, MarketRules rules, Func<MemberId, bool> isLeft)
    {
        var halves = orders.ToLookup(order => isLeft(order.Member));
        List<Order> left = [.. halves[true]], right = [.. halves[false]];
        var (leftPrice, rightPrice) = (PriceOf(left, rules), PriceOf(right, rules));

        // Whether a half trades must not hang on its own price, or a false limit could bring one about.
        ImmutableArray<PostedPriceMarket> markets = [.. Trading(left, rightPrice), .. Trading(right, leftPrice)];
        ImmutableArray<Lot> lots = [.. markets.Where(market => !market.Fills.IsEmpty).Select(market => new Lot(market.Fills, market.Price))];
        if (lots.IsEmpty)
        {
            return Clearing.Nothing;
        }

        var volume = new Energy(checked((long)markets.Aggregate(Int128.Zero, (sum, market) => sum + market.Volume)));
        return new Clearing(MeanPrice.Of(lots, rules), null, volume, Ladder.Sorted(lots.SelectMany(lot => lot.Fills)))
        {
            Lots = lots,
            Charges = [.. markets.SelectMany(market => market.Fees).OrderBy(fee => fee.Member)],
        };
    }

    private static IEnumerable<PostedPriceMarket> Trading(List<Order> half, Price? posted) =>
        posted is { } price ? [PostedPriceMarket.Clear(half, price)] : [];

    /// <summary>The price that a half finds among itself; null when it would not trade.</summary>
    public static Price? PriceOf(IReadOnlyCollection<Order> half, MarketRules rules)
    {
        var clearing = UniformPriceAuction.Clear(half, rules);
        if (clearing.Price is null)
        {
            return null;
        }

        var buy = clearing.Fills.Where(fill => fill.Order.Side == Side.Buy).Min(fill => fill.Order.Price);
        var sell = clearing.Fills.Where(fill => fill.Order.Side == Side.Sell).Max(fill => fill.Order.Price);
        return KPrice.Of(buy, sell, new PriceInterval(Price.Min(buy, sell), Price.Max(buy, sell)), rules);
    }
}
