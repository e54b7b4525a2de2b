using System.Text.Json;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>Trade reduction and MUDA: the conventions of their sources, and that a false limit does not pay.</summary>
public sealed class TruthfulAuctionsTests
{
    private static readonly MarketRules Rules = MarketRules.Default with { TickMicroEurPerKWh = 1 };
    private static readonly Hash256 Seed = Key(99);

    [Fact]
    public void Trade_reduction_leaves_the_marginal_orders_out_and_keeps_the_gap_for_the_community()
    {
        // Buys 4, 3, 2, 1 and sells 1, 2, 3 of one each: two could trade, with 3 and 2 at the margin. So one trades, at 3 and at 2.
        var clearing = Huang(Buy(1, 400, 1), Buy(2, 300, 1), Buy(3, 200, 1), Buy(4, 100, 1), Sell(5, 100, 1), Sell(6, 200, 1), Sell(7, 300, 1));
        var lot = Assert.Single(clearing.Lots);
        Assert.Equal((new Price(200), new Price(100), new Price(300)), (lot.Price, lot.Spread, lot.BuyerPrice));
        Assert.Equal([400, 100], clearing.Fills.Select(fill => fill.Order.Price.MicroEurPerKWh));
    }

    [Fact]
    public void Trade_reduction_takes_the_excess_off_in_equal_parts()
    {
        // Sells below the margin: 10, 4 and 2 Wh for 10 Wh of buys: 6 too many, 2 off each; the 2 Wh of the third are all gone.
        var clearing = Huang(Buy(1, 900, 10), Buy(2, 800, 5), Sell(3, 100, 10), Sell(4, 200, 4), Sell(5, 300, 2), Sell(6, 700, 9));
        Assert.Equal(
            [(100, 8), (200, 2)],
            clearing.Fills.Where(fill => fill.Order.Side == Side.Sell).Select(fill => (fill.Order.Price.MicroEurPerKWh, fill.Energy.WattHours)));
        Assert.Equal(new Energy(10), clearing.Volume);
    }

    [Fact]
    public void Odd_Wh_of_the_equal_parts_stay_with_the_smallest_keys()
    {
        // 2 Wh too many among three orders of 5: the two of the larger keys give one each.
        var clearing = Huang(Buy(1, 900, 13), Buy(2, 800, 5), Sell(3, 100, 5), Sell(4, 100, 5), Sell(5, 100, 5), Sell(6, 700, 9));
        Assert.Equal([5, 4, 4], clearing.Fills.Where(fill => fill.Order.Side == Side.Sell).OrderBy(fill => fill.Order.Key).Select(fill => fill.Energy.WattHours));
    }

    [Fact]
    public void Muda_trades_each_half_at_the_price_of_the_other()
    {
        var vector = OrderBookVectors.Named("pym-muda-1");
        var orders = OrdersOf(vector);
        var expect = vector.GetProperty("expect");
        var left = expect.GetProperty("left").EnumerateArray().Select(id => new MemberId(id.GetString()!)).ToHashSet();

        Assert.Equal(Scaled(expect.GetProperty("price_left_subset")), MudaAuction.PriceOf([.. orders.Where(order => left.Contains(order.Member))], Rules));
        Assert.Equal(Scaled(expect.GetProperty("price_right_subset")), MudaAuction.PriceOf([.. orders.Where(order => !left.Contains(order.Member))], Rules));

        var clearing = MudaAuction.Clear(orders, Rules, left.Contains);
        Assert.Equal([Scaled(expect.GetProperty("left_trades_at")), Scaled(expect.GetProperty("right_trades_at"))], clearing.Lots.Select(lot => lot.Price));
        Assert.Equal(
            expect.GetProperty("fills").EnumerateObject().ToDictionary(fill => fill.Name, fill => fill.Value.GetInt64() * 1_000),
            clearing.Fills.ToDictionary(fill => fill.Order.Member.Value, fill => fill.Energy.WattHours));

        // A fee of 1.85 for one unit: 1 000 Wh at 1 850 000 µEUR/kWh are 1 850 000 µEUR.
        var fees = expect.GetProperty("fees").EnumerateArray().Select((fee, member) => (Member: $"{member}", Amount: Scaled(fee).MicroEurPerKWh)).Where(fee => fee.Amount > 0);
        Assert.Equal(fees, clearing.Charges.Select(charge => (charge.Member.Value, charge.Amount.MicroEur)));
    }

    [Fact]
    public void At_a_posted_price_the_longer_side_pays_what_its_members_cost_each_other()
    {
        var vector = OrderBookVectors.Named("pym-muda-exog");
        var market = PostedPriceMarket.Clear(OrdersOf(vector), Scaled(vector.GetProperty("expect").GetProperty("price")));
        Assert.Equal(
            vector.GetProperty("expect").GetProperty("fills").EnumerateObject().Select(fill => fill.Name).Order(StringComparer.Ordinal),
            market.Fills.Select(fill => $"{BitConverter.ToInt32([.. fill.Order.Key.ToArray()[28..].Reverse()])}").Order(StringComparer.Ordinal));
        Assert.Equal([("1", 20_000_000L), ("2", 10_000_000L)], market.Fees.Select(fee => (fee.Member.Value, fee.Amount.MicroEur)));
    }

    [Fact]
    public void At_a_posted_price_equal_bids_share_and_the_shorter_side_is_served_whole()
    {
        var market = PostedPriceMarket.Clear(OrdersOf(OrderBookVectors.Named("pym-merge")), new Price(95_000_000));
        Assert.Equal([("0", 1_000L), ("1", 3_000L), ("5", 4_000L)], market.Fills.Select(fill => (fill.Order.Member.Value, fill.Energy.WattHours)));
    }

    [Fact]
    public void The_lots_of_a_seed_are_near_to_a_coin_toss_and_differ_from_seed_to_seed()
    {
        MemberId[] members = [.. Enumerable.Range(0, 4_000).Select(member => new MemberId($"0x{member:x40}"))];
        Assert.InRange(members.Count(member => Lottery.IsDrawn(Seed, member)), 1_850, 2_150); // 2 000 ± nearly 5 standard deviations of 31.6
        Assert.InRange(members.Count(member => Lottery.IsDrawn(Seed, member) == Lottery.IsDrawn(Key(100), member)), 1_850, 2_150);
    }

    [Fact]
    public void Nobody_pays_more_than_she_bid_or_gets_less_than_she_asked() => Gen.OneOf(WithoutSelfTrades, WithSelfTrades).Sample(book =>
    {
        foreach (var clearing in new[] { Cleared(book, MechanismKind.Huang), Cleared(book, MechanismKind.Muda), Cleared(book, MechanismKind.PayAsBid) })
        {
            if (clearing is null)
            {
                continue;
            }

            foreach (var lot in clearing.Lots)
            {
                Assert.All(lot.Fills, fill => Assert.True(fill.Order.Side == Side.Buy ? fill.Order.Price >= lot.BuyerPrice : fill.Order.Price <= lot.Price));
                Assert.Equal(Sum(lot.Fills, Side.Buy), Sum(lot.Fills, Side.Sell));
                Assert.True(lot.Spread.MicroEurPerKWh >= 0);
            }
        }
    });

    /// <summary>One order a member, as the sources assume: no other limit would have given her more.</summary>
    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public void A_false_limit_never_pays(MechanismKind kind) => UnitBooks.Sample(book =>
    {
        var honest = Cleared(book, kind)!;
        for (var liar = 0; liar < book.Length; liar++)
        {
            for (var price = -100L; price <= 1_600; price += 100)
            {
                var lie = book.ToArray();
                lie[liar] = book[liar] with { Price = new Price(price) };
                Assert.True(
                    Gain(Cleared(lie, kind)!, book[liar]) <= Gain(honest, book[liar]),
                    $"order {liar} gains by {price} instead of {book[liar].Price}");
            }
        }
    }, iter: 300);

    [Fact]
    public void Pay_as_bid_trades_what_a_uniform_price_would_and_leaves_buyers_nothing() => WithoutSelfTrades.Sample(book =>
    {
        if (Cleared(book, MechanismKind.PayAsBid) is not { } clearing)
        {
            return;
        }

        Assert.Equal(UniformPriceAuction.Clear(book, Rules).Fills, clearing.Fills);
        Assert.All(clearing.Lots, lot => Assert.Equal(lot.Fills.Single(fill => fill.Order.Side == Side.Buy).Order.Price, lot.BuyerPrice));
    });

    /// <summary>One kWh each, so that no fee is rounded; all prices different, so that a tie never decides.</summary>
    private static readonly Gen<Order[]> UnitBooks = Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Shuffle(Enumerable.Range(0, 16).ToArray()))
        .Select((buyers, sellers, prices) => Enumerable.Range(0, buyers).Select(i => Buy(i, prices[i] * 100 + 1, 1_000))
            .Concat(Enumerable.Range(0, sellers).Select(i => Sell(100 + i, prices[5 + i] * 100 + 2, 1_000))).ToArray());

    private static long Gain(Clearing clearing, Order truth)
    {
        var charge = clearing.Charges.Where(charge => charge.Member == truth.Member).Sum(charge => charge.Amount.MicroEur * 1000);
        return clearing.Lots.Sum(lot => lot.Fills.Where(fill => fill.Order.Member == truth.Member).Sum(fill => fill.Energy.WattHours * (truth.Side == Side.Buy
            ? truth.Price.MicroEurPerKWh - lot.BuyerPrice.MicroEurPerKWh : lot.Price.MicroEurPerKWh - truth.Price.MicroEurPerKWh))) - charge;
    }

    private static Clearing Huang(params Order[] orders) => Mechanisms.Of(MechanismKind.Huang).Clear(orders, Rules, default);

    /// <summary>Null when the sums do not fit in 64 bits.</summary>
    private static Clearing? Cleared(Order[] book, MechanismKind kind)
    {
        try
        {
            return Mechanisms.Of(kind).Clear(book, Rules, Seed);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static long Sum(IEnumerable<Fill> fills, Side side) => fills.Where(fill => fill.Order.Side == side).Sum(fill => fill.Energy.WattHours);

    /// <summary>One unit of a vector is 1 000 Wh, its price 1 000 000 µEUR/kWh; the order's number is its key.</summary>
    private static Order[] OrdersOf(JsonElement vector) => [.. vector.GetProperty("orders").EnumerateArray().Select(order => new Order(
        Key(int.Parse(order.GetProperty("id").GetString()!, null)), new MemberId(order.GetProperty("actor").GetString()!),
        order.GetProperty("side").GetString() == "bid" ? Side.Buy : Side.Sell, Scaled(order.GetProperty("price")),
        new Energy((long)(order.GetProperty("qty").GetDecimal() * 1_000))))];

    private static Price Scaled(JsonElement price) => new((long)(price.GetDecimal() * 1_000_000));
}
