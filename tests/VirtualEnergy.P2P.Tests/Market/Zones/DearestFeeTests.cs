using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

/// <summary>Fees between zones in the two mechanisms in which a false limit does not pay. Prices in µEUR/kWh, energies in Wh.</summary>
public sealed class DearestFeeTests
{
    private static readonly ZoneId A = new("a"), B = new("b");
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("village"));
    private static readonly Hash256 Seed = Key(99);

    /// <summary>Home is 100, across is 300.</summary>
    private static readonly ZoneNetwork Network = new(
        [new(A, A, new Price(100)), new(B, B, new Price(100)), new(A, B, new Price(300)), new(B, A, new Price(300))]);

    [Fact]
    public void A_pair_pays_its_own_fee_and_the_rest_up_to_the_dearest_is_the_communitys()
    {
        // With 300 on top the sells are 400, 500 and 600. Buys of 900, 800 and 600 against them: all three could trade, the last buy at 600
        // and the last sell at 600 are marginal. So two trade: buyers pay 600, sellers get 600 − 300 = 300.
        Order[] book =
        [
            Buy(1, 900, 1) with { Zone = A }, Buy(2, 800, 1) with { Zone = A }, Buy(3, 600, 1) with { Zone = B },
            Sell(4, 100, 1) with { Zone = A }, Sell(5, 200, 1) with { Zone = B }, Sell(6, 300, 1) with { Zone = B },
        ];
        var clearing = Clear(MechanismKind.Huang, book, Network);
        Assert.Equal(
            [("a", "a", 300L, 100L, 200L), ("a", "b", 300, 300, 0)],
            clearing.Lots.Select(lot => (Buyer(lot).Zone.Value, Seller(lot).Zone.Value, lot.Price.MicroEurPerKWh, lot.GridFee.MicroEurPerKWh, lot.Spread.MicroEurPerKWh)));
        Assert.All(clearing.Lots, lot => Assert.Equal(new Price(600), lot.BuyerPrice));
        Assert.Equal((new Price(300), new Energy(2)), (clearing.Price, clearing.Volume));
        Assert.All(clearing.Fills, fill => Assert.Contains(book, order => ReferenceEquals(order, fill.Order)));
    }

    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public void The_answer_is_that_of_one_place_with_the_dearest_fee_on_every_offer(MechanismKind kind) => Zonal(1_000).Sample(
        book =>
        {
            var dearest = book.Rules.Network.Lines.Select(line => line.Fee.MicroEurPerKWh).DefaultIfEmpty().Max();
            Order[] delivered = [.. book.Orders.Select(order => order.Side == Side.Buy ? order : order with { Price = new Price(order.Price.MicroEurPerKWh + dearest) })];
            var (expected, answer) = (Clear(kind, delivered, ZoneNetwork.CopperPlate), Clear(kind, book.Orders, book.Rules.Network));
            Assert.Equal((expected.Volume, expected.Charges.Length), (answer.Volume, answer.Charges.Length));
            Assert.Equal(expected.Charges.AsEnumerable(), answer.Charges);
            Assert.Equal(expected.Fills.Select(fill => (fill.Order.Key, fill.Energy)), answer.Fills.Select(fill => (fill.Order.Key, fill.Energy)));
            Assert.Equal(
                Payments(expected).Select(row => row.Side == Side.Buy ? row : row with { Value = row.Value - dearest * row.Energy }),
                Payments(answer));
        },
        iter: 2_000);

    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public void Each_pair_pays_its_fee_once_keeps_its_limits_and_money_adds_up_to_zero(MechanismKind kind) => Zonal(1_000).Sample(
        book =>
        {
            var clearing = Clear(kind, book.Orders, book.Rules.Network);
            Assert.Null(ClearingInvariants.Broken(book.Orders, clearing, book.Rules));
            if (!book.Rules.Network.IsCopperPlate)
            {
                Assert.All(clearing.Lots, lot => Assert.Equal(book.Rules.Network.Fee(Buyer(lot).Zone, Seller(lot).Zone), lot.GridFee));
            }

            var trades = clearing.Lots.SelectMany(RoundCalculator.TradesOf).ToList();
            var deltas = Netting.DeltasOf(trades, clearing.Charges, Accounts);
            Assert.Equal(0, deltas.Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(trades.Sum(trade => trade.GridFeeAmount.MicroEur), deltas.Where(delta => delta.Member == Accounts.GridOperator).Sum(delta => delta.Delta.MicroEur));
        },
        iter: 2_000);

    /// <summary>One order a member, as the sources assume: no other limit would have given her more.</summary>
    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public void A_false_limit_never_pays_over_zones_either(MechanismKind kind) => Gen.Select(UnitBooks, Gen.Int[0, 1].Array[10], Gen.Int[0, 3].Array[4]).Sample(
        (orders, zones, fees) =>
        {
            Order[] book = [.. orders.Select((order, index) => order with { Zone = zones[index] == 0 ? A : B })];
            var network = new ZoneNetwork([.. fees.Select((fee, index) => new ZoneLine(index / 2 == 0 ? A : B, index % 2 == 0 ? A : B, new Price(fee * 100)))]);
            var honest = Clear(kind, book, network);
            for (var liar = 0; liar < book.Length; liar++)
            {
                for (var price = -400L; price <= 1_900; price += 100)
                {
                    var lie = book.ToArray();
                    lie[liar] = book[liar] with { Price = new Price(price) };
                    Assert.True(Gain(Clear(kind, lie, network), book[liar]) <= Gain(honest, book[liar]), $"order {liar} gains by {price} instead of {book[liar].Price}");
                }
            }
        },
        iter: 150);

    [Theory]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    public void A_limit_on_a_line_is_refused_by_name(MechanismKind kind)
    {
        var network = new ZoneNetwork([new ZoneLine(A, B, default, new Energy(5))]);
        Assert.Contains(kind.Code(), Assert.Throws<ArgumentException>(() => Clear(kind, [Buy(1, 200, 1), Sell(2, 100, 1)], network)).Message, StringComparison.Ordinal);
        Assert.False(kind.KnowsLimits());
    }

    [Fact]
    public void The_curve_market_refuses_fees_that_it_would_not_take() =>
        Assert.Throws<ArgumentException>(() => CurveMarket.Clear([Buy(1, 200, 1), Sell(2, 100, 1)], MarketRules.Default with { Network = Network }));

    /// <summary>Books over zones whose lines have fees and no limits.</summary>
    private static Gen<ZoneBook> Zonal(long most) => Gen.Select(Gen.OneOf(ZoneBooks.Any.Select(book => book.Orders), WithSelfTrades), ZoneBooks.Networks, (orders, network) =>
        new ZoneBook(
            [.. orders.Select((order, index) => order with { Zone = order.Zone == ZoneId.Unnamed && index % 2 == 0 ? A : order.Zone, Energy = Energy.Min(order.Energy, new Energy(most)), Preferences = default })],
            MarketRules.Default with { Network = new ZoneNetwork(network.Lines.Select(line => line with { Capacity = null })) }));

    private static Clearing Clear(MechanismKind kind, Order[] orders, ZoneNetwork network) =>
        Mechanisms.Of(kind).Clear(orders, MarketRules.Default with { Network = network }, Seed);

    private static Order Buyer(Lot lot) => lot.Fills.Single(fill => fill.Order.Side == Side.Buy).Order;

    private static Order Seller(Lot lot) => lot.Fills.Single(fill => fill.Order.Side == Side.Sell).Order;

    /// <summary>Wh of each order and what it pays or gets for them, in thousandths of a µEUR.</summary>
    private static IEnumerable<(Hash256 Key, Side Side, long Energy, long Value)> Payments(Clearing clearing) => clearing.Lots
        .SelectMany(lot => lot.Fills.Select(fill => (fill.Order.Key, fill.Order.Side, fill.Energy, Price: fill.Order.Side == Side.Buy ? lot.BuyerPrice : lot.Price)))
        .GroupBy(fill => (fill.Key, fill.Side))
        .Select(order => (order.Key.Key, order.Key.Side, order.Sum(fill => fill.Energy.WattHours), order.Sum(fill => fill.Energy.WattHours * fill.Price.MicroEurPerKWh)))
        .OrderBy(row => row.Key);

    /// <summary>One kWh each, so that no fee is rounded; all prices different after any fee, so that a tie never decides.</summary>
    private static readonly Gen<Order[]> UnitBooks = Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Shuffle(Enumerable.Range(0, 16).ToArray()))
        .Select((buyers, sellers, prices) => Enumerable.Range(0, buyers).Select(i => Buy(i, prices[i] * 100 + 1, 1_000))
            .Concat(Enumerable.Range(0, sellers).Select(i => Sell(100 + i, prices[5 + i] * 100 + 2, 1_000))).ToArray());

    private static long Gain(Clearing clearing, Order truth) =>
        clearing.Lots.Sum(lot => lot.Fills.Where(fill => fill.Order.Member == truth.Member).Sum(fill => fill.Energy.WattHours * (truth.Side == Side.Buy
            ? truth.Price.MicroEurPerKWh - lot.BuyerPrice.MicroEurPerKWh : lot.Price.MicroEurPerKWh - truth.Price.MicroEurPerKWh)))
        - clearing.Charges.Where(charge => charge.Member == truth.Member).Sum(charge => charge.Amount.MicroEur * 1000);
}
