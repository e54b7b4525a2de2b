using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>
/// Every vector of shared/vectors/order-books.json by the mechanism that it names: run here, run by another class of tests, or answered
/// differently for a reason that stands here. 1 of their units = 1,000,000 µEUR/kWh or 1,000,000 Wh.
/// </summary>
public sealed class NamedMechanismVectorsTests
{
    private const decimal Unit = 1_000_000;

    /// <summary>Uniform prices: whose convention it is, the k that states it, and how far below or above its price may stand.</summary>
    private static readonly Dictionary<string, (int KThousandths, decimal Below, decimal Above)> Uniform = new()
    {
        // The bid that is filled last sets the price.
        ["gsy-mcp"] = (1_000, 0, 0),

        // The ask that is matched last does.
        ["sim-2pac-multi2"] = (0, 0, 0),

        // Between the two; where that would attract an unfilled order, GridLAB-D stands off its price by its own step, 0.0001 or 0.01, and we at it.
        ["gld"] = (500, 0.01m, 0.01m),
        ["pym-eq"] = (500, 0, 0),

        // Between the two as well, cut to a whole number of its unit.
        ["lemlab-pda"] = (500, 0.999999m, 0),
    };

    /// <summary>Run where their mechanism is tested.</summary>
    private static readonly Dictionary<string, Type> Elsewhere = new()
    {
        ["pym-muda"] = typeof(TruthfulAuctionsTests),
        ["pym-merge"] = typeof(TruthfulAuctionsTests),
        ["pym-surplus"] = typeof(Node.Books.OrderBookVectorsTests),
        ["sim-fair"] = typeof(Zones.ZoneVectorsTests),
        ["sim-2pac-fee1"] = typeof(Zones.ZoneVectorsTests),
        ["sim-2pac-mm"] = typeof(Zones.ZoneVectorsTests),
        ["lemlab-pp"] = typeof(Zones.ZoneVectorsTests),
        ["lemlab-cc"] = typeof(Zones.ZoneVectorsTests),
        ["lemlab-pda-nopremium"] = typeof(Zones.ZoneVectorsTests),
    };

    /// <summary>Answered differently, or not at all, and why.</summary>
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["gsy-fill"] = "Equal prices share pro rata (rule 4) where gsy-e serves who came first: coming early must not be worth anything in a sealed round.",
        ["gsy-reject"] = "gsy-e checks matches that others propose. Here trades are worked out from the bids by everyone, and nobody proposes any.",
        ["gsy-accept"] = "As gsy-reject.",
        ["gsy-fee-pct"] = "A fee is an amount a kWh (rule 6), not a part of the price: what a line costs does not depend on what the energy does.",
        ["gld-negative_buyer_quantity"] = "A bid that is dropped bounds no price. GridLAB-D keeps off the price of one that it dropped for its negative quantity.",
        ["gld-negative_seller_quantity"] = "As gld-negative_buyer_quantity.",
        ["gld-negative_quantity_bids-10"] = "As gld-negative_buyer_quantity.",
        ["gld-negative_price_bids-28"] = "k holds for buyers at the cap too. GridLAB-D, where the last buyer is unresponsive, takes the sellers' end of the interval; k = 0 does.",
        ["gld-negative_price_bids-29"] = "As gld-negative_price_bids-28.",
        ["gld-negative_quantity_bids-35"] = "As gld-negative_price_bids-28.",
        ["lemlab-pda-basic"] = "A bid that is filled in part sets the price, else it would be worth more to be left over. lemlab takes the middle of the last pair.",
        ["lemlab-pda-quality"] = "As lemlab-pda-basic.",
        ["cer"] = "What the state pays an Italian energy community on top of its shared energy. It clears nothing and changes no bid, so no mechanism answers it.",
        ["sim-quantum"] = "Energy is whole Wh, and a book's numbers have six decimals: nothing is rounded, a finer number is refused.",
    };

    public static TheoryData<string> Ids => [.. OrderBookVectors.All.Select(OrderBookVectors.IdOf)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_vector_is_answered_or_explained(string id)
    {
        var vector = OrderBookVectors.Named(id);
        var expect = vector.GetProperty("expect");
        if (Find(Elsewhere, id) is not null || Find(Reasons, id) is not null)
        {
            return;
        }

        if (id.Contains("-pab-", StringComparison.Ordinal))
        {
            PaysAsBid(expect, Clear(vector, MechanismKind.PayAsBid, 500));
        }
        else if (id.Contains("huang", StringComparison.Ordinal))
        {
            ReducesTrade(expect, Clear(vector, MechanismKind.Huang, 500));
        }
        else
        {
            var convention = Uniform[Uniform.Keys.Where(prefix => id.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length) ?? throw new KeyNotFoundException(id)];
            HasOnePrice(expect, Clear(vector, MechanismKind.Uniform, convention.KThousandths), convention.Below, convention.Above);
        }
    }

    [Fact]
    public void Reasons_and_other_tests_are_for_vectors_that_exist() =>
        Assert.All(Elsewhere.Keys.Concat(Reasons.Keys).Concat(Uniform.Keys), prefix => Assert.Contains(Ids, id => id.Data.StartsWith(prefix, StringComparison.Ordinal)));

    private static void PaysAsBid(JsonElement expect, Clearing clearing) => Assert.Equal(
        expect.GetProperty("trades").EnumerateArray().GroupBy(trade => Text(trade, "bid")).Select(bid => (bid.Key, bid.Sum(trade => Number(trade, "qty")), Number(bid.First(), "price"))).Order(),
        clearing.Lots.SelectMany(lot => lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Select(fill => (IdOf(fill.Order), fill.Energy.WattHours / Unit, lot.BuyerPrice.MicroEurPerKWh / Unit))).Order());

    private static void ReducesTrade(JsonElement expect, Clearing clearing)
    {
        foreach (var (side, name) in new[] { (Side.Buy, "buy"), (Side.Sell, "sell") })
        {
            if (expect.TryGetProperty(name, out var fills))
            {
                Assert.Equal(
                    fills.EnumerateArray().Select(fill => (Text(fill, "order"), Number(fill, "qty"), Number(fill, "price"))),
                    clearing.Lots.SelectMany(lot => lot.Fills.Where(fill => fill.Order.Side == side).Select(fill =>
                        (IdOf(fill.Order), fill.Energy.WattHours / Unit, (side == Side.Buy ? lot.BuyerPrice : lot.Price).MicroEurPerKWh / Unit))));
            }
        }

        if (expect.TryGetProperty("qty", out var quantity))
        {
            Assert.Equal(quantity.GetDecimal(), clearing.Volume.WattHours / Unit);
        }

        if (!clearing.Lots.IsEmpty && expect.TryGetProperty("buy_price", out var price))
        {
            Assert.Equal((price.GetDecimal(), Number(expect, "sell_price")), (clearing.Lots[0].BuyerPrice.MicroEurPerKWh / Unit, clearing.Lots[0].Price.MicroEurPerKWh / Unit));
        }
    }

    private static void HasOnePrice(JsonElement expect, Clearing clearing, decimal below, decimal above)
    {
        var trades = expect.TryGetProperty("trades", out var list) ? list.EnumerateArray().ToArray() : [];
        if (expect.TryGetProperty("qty", out var quantity) || trades.Length > 0)
        {
            Assert.Equal(quantity.ValueKind == JsonValueKind.Number ? quantity.GetDecimal() : trades.Sum(trade => Number(trade, "qty")), clearing.Volume.WattHours / Unit);
        }

        // Where nothing trades there is no price here; others show one nobody pays.
        if (clearing.Price is { } price)
        {
            var theirs = expect.TryGetProperty("price", out var uniform) ? uniform.GetDecimal() : Number(trades[0], trades[0].TryGetProperty("price_uniform", out _) ? "price_uniform" : "price");
            Assert.InRange(price.MicroEurPerKWh / Unit, theirs - above, theirs + Math.Max(above, below));
        }
    }

    private static Clearing Clear(JsonElement vector, MechanismKind kind, int kThousandths)
    {
        var orders = vector.GetProperty("orders").EnumerateArray().Where(order => Number(order, "qty") > 0).Select(order => new Order(
            new Hash256(Encoding.UTF8.GetBytes(Text(order, "id").PadLeft(Hash256.Size, '_'))),
            new MemberId(Text(order, "actor")),
            Text(order, "side") == "bid" ? Side.Buy : Side.Sell,
            new Price((long)(Number(order, "price") * Unit)),
            new Energy((long)(Math.Min(Number(order, "qty"), 1e12m) * Unit)))).ToArray();
        return Mechanisms.Of(kind).Clear(orders, MarketRules.Default with { Mechanism = kind, KThousandths = kThousandths, TickMicroEurPerKWh = 1 }, default);
    }

    private static string IdOf(Order order) => Encoding.UTF8.GetString(order.Key.ToArray()).TrimStart('_');

    private static T? Find<T>(Dictionary<string, T> table, string id)
        where T : class => table.Keys.Where(prefix => id.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length) is { } known ? table[known] : null;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static decimal Number(JsonElement element, string name) => element.GetProperty(name).GetDecimal();
}
