using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

/// <summary>
/// Books of other projects with fees, clusters and qualities (shared/vectors/order-books.json), 1 of their units = 10,000 µEUR/kWh
/// or 1,000 Wh.
/// </summary>
public sealed class ZoneVectorsTests
{
    private const long PriceUnit = 10_000, EnergyUnit = 1_000;

    /// <summary>
    /// simply (BESTenergytrade): "fair" takes as price the highest matched ask with its fee, which is k = 0 at the buyer's end; a uniform
    /// fee is one that each zone also has inside. In sim-2pac-fee1 the offer of 3 is out of reach with its fee.
    /// </summary>
    [Theory]
    [InlineData("sim-fair-2")]
    [InlineData("sim-fair-4")]
    [InlineData("sim-fair-5")]
    [InlineData("sim-fair-mm")]
    [InlineData("sim-2pac-fee1")]
    public void Fees_of_simply_are_answered_alike_with_k_0(string id)
    {
        var vector = OrderBookVectors.Named(id);
        var orders = Orders(vector);
        var zones = orders.Select(order => order.Zone).Distinct().ToList();
        var lines = zones.SelectMany(buyer => zones.Select(seller => new ZoneLine(buyer, seller, new Price(Fee(vector, buyer, seller)))));
        var clearing = ZonalAuction.Clear(orders, MarketRules.Default with { KThousandths = 0, Network = new ZoneNetwork(lines) });

        var expected = vector.GetProperty("expect").GetProperty("trades").EnumerateArray()
            .Select(trade => (Scaled(trade, "price", PriceUnit), Scaled(trade, "qty", EnergyUnit)));
        Assert.Equal(expected, clearing.Lots.Select(lot => (lot.BuyerPrice.MicroEurPerKWh, lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Sum(fill => fill.Energy.WattHours))));
    }

    /// <summary>
    /// simply's market maker asks 5 and pays 5 for any energy: with the fee of 1 its 6 is what the last Wh costs, and its bid gets nothing.
    /// Seller 4 asks 5 as well and is served before it there. Here equal prices share pro rata, and beside all the energy in the world 2 units are none.
    /// </summary>
    [Fact]
    public void A_market_maker_without_limit_sets_the_price_with_its_fee()
    {
        var vector = OrderBookVectors.Named("sim-2pac-mm");

        // Without limit is 2^63 − 1 there; here the sum of a side must fit in 64 bits.
        var orders = Orders(vector).Select(order => order with { Energy = Energy.Min(order.Energy, new Energy(long.MaxValue / 4)) }).ToArray();
        var expect = vector.GetProperty("expect");
        var clearing = ZonalAuction.Clear(orders, MarketRules.Default with { KThousandths = 0, Network = new ZoneNetwork([new ZoneLine(orders[0].Zone, orders[0].Zone, new Price(Fee(vector, orders[0].Zone, orders[0].Zone)))]) });
        var lot = Assert.Single(clearing.Lots);
        Assert.Equal(Scaled(expect, "price", PriceUnit), lot.BuyerPrice.MicroEurPerKWh);
        Assert.Equal([expect.GetProperty("bid_actor").GetString()], lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Select(fill => fill.Order.Member.Value));
        Assert.Equal(
            expect.GetProperty("offer_actors").EnumerateArray().Select(actor => actor.GetString()).Where(actor => actor != "4").Order(StringComparer.Ordinal),
            lot.Fills.Where(fill => fill.Order.Side == Side.Sell).Select(fill => fill.Order.Member.Value).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// lemlab sorts, separates or drops bids by quality and sheds 1 to 18 of the 24 units that one price clears. Rule 7 is meant otherwise:
    /// whatever the premium for the best quality, all 24 trade, and who asks for it gets it as far as there is any.
    /// </summary>
    [Theory]
    [InlineData("lemlab-pp-h2l", 23)]
    [InlineData("lemlab-pp-l2h", 18)]
    [InlineData("lemlab-pp-sep", 23)]
    [InlineData("lemlab-cc", 6)]
    public void Where_lemlab_sheds_volume_for_quality_a_premium_does_not(string id, long theirs)
    {
        var vector = OrderBookVectors.Named(id);
        Assert.Equal(theirs, vector.GetProperty("expect").GetProperty("qty").GetInt64());
        foreach (var premium in new long[] { 1, 5, 50 })
        {
            var book = Orders(vector).Select(order => order.IsGreen && order.Side == Side.Buy
                ? order with { Preferences = new Preferences(new Price(premium * PriceUnit), default) } : order).ToArray();
            var clearing = ZonalAuction.Clear(book, MarketRules.Default);

            Assert.Equal(vector.GetProperty("invariants").GetProperty("max_qty").GetDecimal(), (decimal)clearing.Volume.WattHours / EnergyUnit);
            var green = clearing.Lots.Where(lot => lot.Quality.HasFlag(Quality.Green)).SelectMany(lot => lot.Fills).Where(fill => fill.Order.Member.Value == "A");
            Assert.Equal(8, green.Sum(fill => fill.Energy.WattHours) / EnergyUnit); // All that E offers of quality 2.
        }
    }

    /// <summary>lemlab's PDA knows no premium. By rule 7 the one of 50 counts: A at 20 + 50 takes the green energy, B at 24 the other.</summary>
    [Fact]
    public void A_premium_that_lemlab_ignores_brings_a_second_trade()
    {
        var vector = OrderBookVectors.Named("lemlab-pda-nopremium");
        var book = Orders(vector);
        Assert.Equal(new Energy(10 * EnergyUnit), UniformPriceAuction.Clear(book, MarketRules.Default).Volume);

        var clearing = ZonalAuction.Clear(book.Select(order => order.Member.Value == "A" ? order with { Preferences = new Preferences(new Price(50 * PriceUnit), default) } : order), MarketRules.Default);
        Assert.Equal(new Energy(20 * EnergyUnit), clearing.Volume);
        Assert.Equal(["A", "D"], clearing.Lots.Single(lot => lot.Quality.HasFlag(Quality.Green)).Fills.Select(fill => fill.Order.Member.Value));
    }

    // A market maker without a cluster stands in a zone of its own.
    private static Order[] Orders(JsonElement vector) => [.. vector.GetProperty("orders").EnumerateArray().Select(order => new Order(
        new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(order.GetProperty("id").GetString()!))),
        new MemberId(order.GetProperty("actor").GetString()!),
        order.GetProperty("side").GetString() == "bid" ? Side.Buy : Side.Sell,
        new Price(Scaled(order, "price", PriceUnit)),
        new Energy(Scaled(order, "qty", EnergyUnit)))
    {
        Zone = new ZoneId(order.TryGetProperty("cluster", out var cluster) && cluster.ValueKind == JsonValueKind.Number ? cluster.GetRawText() : ""),
        IsGreen = order.TryGetProperty("quality", out var quality) && quality.GetInt32() == 2,
    })];

    private static long Scaled(JsonElement element, string name, long unit)
    {
        var value = element.GetProperty(name).GetDecimal();
        return value > long.MaxValue / unit ? long.MaxValue : (long)(value * unit);
    }

    private static long Fee(JsonElement vector, ZoneId buyer, ZoneId seller) =>
        vector.TryGetProperty("fee_matrix", out var matrix) && buyer.Value.Length > 0 && seller.Value.Length > 0
            ? matrix[int.Parse(buyer.Value, null)][int.Parse(seller.Value, null)].GetInt64() * PriceUnit
            : vector.TryGetProperty("grid_fee", out var fee) ? fee.GetInt64() * PriceUnit : 0;
}
