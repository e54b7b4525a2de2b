using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// Pay-as-bid (discriminatory pricing): the same orders trade as at a uniform price, and each buyer pays the limit of her own
/// order; nothing of a trade's gain is left to her.
/// </summary>
/// <remarks>
/// <para>
/// Conventions. What trades is the welfare optimum of <see cref="UniformPriceAuction"/>, ties included. The dearest buy is
/// paired with the cheapest sell and so on down, so that who offers cheaper gets more; ties go by key, never by arrival. Two
/// orders of one member are not paired. Where the buyer pays a grid fee, the seller gets her limit less the fee.
/// </para>
/// <para>
/// Sources: gsy-e's and simply's pay-as-bid markets trade at the bid's price too. gsy-e matches the dearest bid with the
/// dearest offer that fits, which can leave cheaper energy unsold; simply matches as we do. Both break ties by arrival.
/// </para>
/// </remarks>
public sealed class PayAsBidAuction : IMechanism
{
    public Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed)
    {
        var efficient = Mechanisms.Of(MechanismKind.Uniform).Clear(orders, rules, seed);
        if (efficient.Price is null)
        {
            return Clearing.Nothing;
        }

        ImmutableArray<Lot> lots = [.. efficient.Lots.SelectMany(PairByPair)];
        return new Clearing(MeanPrice.Of(lots, rules), null, efficient.Volume, efficient.Fills) { Lots = lots, ZonePrices = efficient.ZonePrices };
    }

    private static IEnumerable<Lot> PairByPair(Lot lot)
    {
        var fills = Ladder.Sorted(lot.Fills);
        List<Fill> buys = [.. fills.Where(fill => fill.Order.Side == Side.Buy)], sells = [.. fills.Where(fill => fill.Order.Side == Side.Sell)];
        foreach (var pair in Pairing.Match([.. buys.Select(ToClaim)], [.. sells.Select(ToClaim)]))
        {
            var (buy, sell) = (buys[pair.Buyer].Order, sells[pair.Seller].Order);

            // Only a premium can bring the two together below the seller's limit; then the buyer pays as much as it takes.
            var price = Price.Max(sell.Price, new Price(checked(buy.Price.MicroEurPerKWh - lot.GridFee.MicroEurPerKWh)));
            yield return new Lot([new Fill(buy, pair.Energy), new Fill(sell, pair.Energy)], price) { GridFee = lot.GridFee, Quality = lot.Quality };
        }
    }

    private static Claim ToClaim(Fill fill) => new(fill.Order.Member, ZoneId.Unnamed, fill.Energy);
}
