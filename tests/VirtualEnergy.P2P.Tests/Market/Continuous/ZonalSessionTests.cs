using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using VirtualEnergy.P2P.Market.Explaining;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

/// <summary>Fees and limits between zones in the continuous market. Prices in µEUR/kWh, energies in Wh.</summary>
public sealed class ZonalSessionTests
{
    private static readonly ZoneId A = new("a"), B = new("b"), C = new("c");
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("village"));

    /// <summary>Few members on both sides, each order in a zone of its own choice; fees and limits of every mix.</summary>
    private static readonly Gen<ZoneBook> AnyBook = Gen.OneOf(
        ZoneBooks.Any,
        Gen.Select(Gen.OneOf(WithSelfTrades, WithoutSelfTrades), Gen.Int[0, 3].Array[24], ZoneBooks.Networks, (orders, zones, network) =>
            new ZoneBook([.. orders.Select((order, index) => order with { Zone = new[] { A, B, C, new("elsewhere") }[zones[index]] })], MarketRules.Default with { Network = network })));

    [Fact]
    public void A_resting_offer_gets_its_limit_and_the_buyer_pays_the_fee_on_top()
    {
        // From a to b costs 200. The offer of 1 000 in a is 1 200 in b; the one of 1 100 in b is cheaper there, though not at its own place.
        var trades = Run(Fee(B, A, 200), In(A, Sell(1, 1_000, 5)), In(B, Sell(2, 1_100, 3)), In(B, Buy(3, 1_500, 6)));
        Assert.Equal([(2, 1, 3L, 1_100L, 0L), (2, 0, 3, 1_000, 200)], trades);
    }

    [Fact]
    public void A_resting_bid_pays_its_limit_in_all_and_the_seller_gets_it_less_the_fee()
    {
        // The bid of 1 500 in b is worth 1 300 to a seller in a, the one of 1 400 in a is worth more to her and comes first.
        var trades = Run(Fee(B, A, 200), In(B, Buy(1, 1_500, 5)), In(A, Buy(2, 1_400, 3)), In(A, Sell(3, 1_300, 6)));
        Assert.Equal([(1, 2, 3L, 1_400L, 0L), (0, 2, 3, 1_300, 200)], trades);
    }

    [Fact]
    public void Of_equal_delivered_prices_the_oldest_trades_first()
    {
        // 900 + 100 and 1 000 + 0: both cost the buyer in b 1 000.
        Assert.Equal([(2, 0, 1L, 900L, 100L)], Run(Fee(B, A, 100), In(A, Sell(1, 900, 1)), In(B, Sell(2, 1_000, 1)), In(B, Buy(3, 2_000, 1))));
        Assert.Equal([(2, 0, 1L, 1_000L, 0L)], Run(Fee(B, A, 100), In(B, Sell(1, 1_000, 1)), In(A, Sell(2, 900, 1)), In(B, Buy(3, 2_000, 1))));
    }

    [Fact]
    public void Whom_the_fee_keeps_apart_do_not_trade_and_who_just_makes_it_does()
    {
        Assert.Empty(Run(Fee(B, A, 201), In(A, Sell(1, 1_000, 5)), In(B, Buy(2, 1_200, 5))));
        Assert.Equal([(1, 0, 5L, 1_000L, 200L)], Run(Fee(B, A, 200), In(A, Sell(1, 1_000, 5)), In(B, Buy(2, 1_200, 5))));
    }

    [Fact]
    public void A_fee_inside_a_zone_counts_too()
    {
        Assert.Empty(Run(Fee(A, A, 201), In(A, Sell(1, 1_000, 5)), In(A, Buy(2, 1_200, 5))));
        Assert.Equal([(1, 0, 5L, 1_000L, 200L)], Run(Fee(A, A, 200), In(A, Sell(1, 1_000, 5)), In(A, Buy(2, 1_200, 5))));
    }

    [Fact]
    public void A_full_line_is_passed_over_and_who_comes_first_has_it()
    {
        // 4 Wh may go from a to b. The first buyer in b takes 3 of them, the second the last one, then the dearer offer at home.
        var network = new ZoneNetwork([new ZoneLine(B, A, default, new Energy(4))]);
        var trades = Run(network, In(A, Sell(1, 1_000, 9)), In(B, Sell(2, 1_400, 9)), In(B, Buy(3, 1_500, 3)), In(B, Buy(4, 1_500, 3)));
        Assert.Equal([(2, 0, 3L, 1_000L, 0L), (3, 0, 1, 1_000, 0), (3, 1, 2, 1_400, 0)], trades);
    }

    [Fact]
    public void An_own_order_is_withdrawn_when_its_turn_comes_and_not_before()
    {
        // Anna's offer in a costs 1 100 in b, Bice's 1 050: Anna's bid of 5 trades with Bice and never meets her own.
        var network = Fee(B, A, 100);
        Assert.Equal([(2, 1, 5L, 1_050L, 0L)], Run(network, In(A, Sell(1, 1_000, 5, "anna")), In(B, Sell(2, 1_050, 5, "bice")), In(B, Buy(3, 1_500, 5, "anna"))));

        // With a bid of 6 the last Wh meets it: withdrawn, and Carlo finds nothing.
        Assert.Equal(
            [(2, 1, 5L, 1_050L, 0L)],
            Run(network, In(A, Sell(1, 1_000, 5, "anna")), In(B, Sell(2, 1_050, 5, "bice")), In(B, Buy(3, 1_500, 6, "anna")), In(A, Buy(4, 1_500, 5, "carlo"))));
    }

    [Fact]
    public void The_price_of_the_round_is_the_mean_of_what_sellers_get()
    {
        // 3 Wh at 1 100 and 3 Wh at 1 000: 1 050, on a tick of 100 half up 1 100.
        var clearing = ContinuousDoubleAuction.InSequence(
            [In(A, Sell(1, 1_000, 5)), In(B, Sell(2, 1_100, 3)), In(B, Buy(3, 1_500, 6))], MarketRules.Default with { Network = Fee(B, A, 200) });
        Assert.Equal((new Price(1_100), new Energy(6)), (clearing.Price, clearing.Volume));
        Assert.Equal([1_100L, 1_200], clearing.Lots.Select(lot => lot.BuyerPrice.MicroEurPerKWh));
    }

    [Fact]
    public void Prices_at_the_ends_of_64_bits_do_not_overflow()
    {
        var network = Fee(B, A, ZoneNetwork.MaxFee.MicroEurPerKWh);
        Assert.Empty(Run(network, In(A, Sell(1, long.MaxValue, 1)), In(B, Buy(2, long.MaxValue, 1)), In(B, Buy(3, long.MinValue, 1)), In(A, Sell(4, long.MaxValue, 1))));
        Assert.Equal([(0, 1, 1L, long.MaxValue - 1_000_000_000_000L, 1_000_000_000_000L)], Run(network, In(B, Buy(1, long.MaxValue, 1)), In(A, Sell(2, long.MinValue, 1))));
    }

    [Fact]
    public void More_zones_than_can_be_told_apart_are_refused_and_zones_that_no_line_names_are_one()
    {
        Order[] Scattered(int zones) => [.. Enumerable.Range(0, zones).Select(zone => In(new ZoneId($"{zone}"), zone % 2 == 0 ? Buy(zone, 200, 1) : Sell(zone, 100, 1)))];
        Assert.Equal(2_500, ZonalSession.Run(Scattered(5_000), Fee(A, B, 100)).Trades.Length);

        var star = new ZoneNetwork(Enumerable.Range(0, 1_100).Select(zone => new ZoneLine(A, new ZoneId($"{zone}"), new Price(100))));
        Assert.Throws<ArgumentException>(() => ZonalSession.Run(Scattered(1_100), star));
    }

    [Fact]
    public void A_fee_off_the_tick_is_refused() => Assert.Throws<ArgumentException>(
        () => ContinuousDoubleAuction.InSequence([In(A, Sell(1, 1_000, 5)), In(B, Buy(2, 1_200, 5))], MarketRules.Default with { Network = Fee(B, A, 150) }));

    [Fact]
    public void Whom_the_fee_alone_kept_apart_is_told_so()
    {
        // The bid of 1 200 in b would meet the offer of 1 000 in a but for the fee of 300; the pair at home has traded.
        Order[] book = [In(A, Sell(1, 1_000, 5)), In(B, Buy(2, 1_200, 5)), In(B, Sell(3, 1_250, 2)), In(B, Buy(4, 1_250, 2))];
        var rules = MarketRules.Default with { Network = Fee(B, A, 300), Mechanism = MechanismKind.Continuous };
        var clearing = ContinuousDoubleAuction.InSequence(book, rules);
        Assert.Equal(new Energy(2), clearing.Volume);
        Assert.Equal(FillReason.FeeOrZone, Explanation.Of(book[1], book, clearing, rules).Reason);
        Assert.Equal(FillReason.FeeOrZone, Explanation.Of(book[0], book, clearing, rules).Reason);
        Assert.Equal(FillReason.NobodyLeft, Explanation.Of(book[1], book, clearing, rules with { Network = Fee(B, A, 200) }).Reason);
    }

    [Fact]
    public void It_answers_as_the_reference() => AnyBook.Sample(
        book =>
        {
            var (fast, reference) = (ZonalSession.Run(book.Orders, book.Rules.Network), ReferenceZonalSession.Run(book.Orders, book.Rules.Network));
            Assert.Equal(reference.Trades.AsEnumerable(), fast.Trades);
            Assert.Equal(reference.Unfilled.AsEnumerable(), fast.Unfilled);
        },
        iter: 10_000);

    [Fact]
    public void In_one_place_it_is_the_continuous_book() => AnyBook.Sample(
        book =>
        {
            var (zonal, plain) = (ZonalSession.Run(book.Orders, ZoneNetwork.CopperPlate), ContinuousSession.Run(book.Orders));
            Assert.Equal(plain.Trades.AsEnumerable(), zonal.Trades);
            Assert.Equal(plain.Unfilled.AsEnumerable(), zonal.Unfilled);
        },
        iter: 5_000);

    [Fact]
    public void Limits_fees_and_lines_are_kept_and_money_adds_up_to_zero() => AnyBook.Sample(
        book =>
        {
            if (book.Orders.Any(order => order.Energy.WattHours > 1_000_000))
            {
                return; // sums of such need not fit; the reference has seen them
            }

            var clearing = Mechanisms.Of(MechanismKind.Continuous).Clear(book.Orders, book.Rules, default);
            Assert.Null(ClearingInvariants.Broken(book.Orders, clearing, book.Rules));
            var carried = new Dictionary<(ZoneId, ZoneId), long>();
            foreach (var lot in clearing.Lots)
            {
                var line = (lot.Fills[0].Order.Zone, lot.Fills[1].Order.Zone);
                Assert.Equal((book.Rules.Network.Fee(line.Item1, line.Item2), default), (lot.GridFee, lot.Spread));
                carried[line] = carried.GetValueOrDefault(line) + lot.Fills[0].Energy.WattHours;
            }

            Assert.All(carried, line => Assert.True(line.Value <= (book.Rules.Network.Capacity(line.Key.Item1, line.Key.Item2)?.WattHours ?? long.MaxValue)));
            var trades = clearing.Lots.SelectMany(RoundCalculator.TradesOf).ToList();
            var deltas = Netting.DeltasOf(trades, clearing.Charges, Accounts);
            Assert.Equal(0, deltas.Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(trades.Sum(trade => trade.GridFeeAmount.MicroEur), deltas.Where(delta => delta.Member == Accounts.GridOperator).Sum(delta => delta.Delta.MicroEur));
        },
        iter: 3_000);

    [Fact]
    public void Its_welfare_never_passes_the_optimum_over_zones() => ZoneBooks.Any.Sample(
        book =>
        {
            Order[] plain = [.. book.Orders.Select(order => order with { Preferences = default })];
            var continuous = Mechanisms.Of(MechanismKind.Continuous).Clear(plain, book.Rules, default);
            Assert.True(Welfare(continuous) <= Welfare(ZonalAuction.Clear(plain, book.Rules)));
        },
        iter: 2_000);

    [Fact]
    public void The_order_of_arrival_changes_nothing_in_a_round() => Gen.Select(ZoneBooks.Any, Gen.Int).Sample(
        (book, seed) =>
        {
            var shuffled = book.Orders.ToArray();
            new Random(seed).Shuffle(shuffled);
            var (one, other) = (Mechanisms.Of(MechanismKind.Continuous).Clear(book.Orders, book.Rules, default), Mechanisms.Of(MechanismKind.Continuous).Clear(shuffled, book.Rules, default));
            Assert.Equal(one.Price, other.Price);
            Assert.Equal(one.Fills.AsEnumerable(), other.Fills);
            Assert.Equal(one.Lots.Select(lot => (lot.Price, lot.GridFee, lot.Fills[0], lot.Fills[1])), other.Lots.Select(lot => (lot.Price, lot.GridFee, lot.Fills[0], lot.Fills[1])));
        },
        iter: 2_000);

    private static ZoneNetwork Fee(ZoneId buyer, ZoneId seller, long fee) => new([new ZoneLine(buyer, seller, new Price(fee))]);

    private static Order In(ZoneId zone, Order order) => order with { Zone = zone };

    /// <summary>Buy, sell, Wh, what the seller gets, fee.</summary>
    private static IEnumerable<(int, int, long, long, long)> Run(ZoneNetwork network, params Order[] sequence) =>
        ZonalSession.Run(sequence, network).Trades.Select(trade => (trade.Buy, trade.Sell, trade.Energy.WattHours, trade.Price.MicroEurPerKWh, trade.GridFee.MicroEurPerKWh));

    private static long Welfare(Clearing clearing) => clearing.Lots.Sum(lot => lot.Fills.Sum(fill => fill.Energy.WattHours
        * (fill.Order.Side == Side.Buy ? fill.Order.Price.MicroEurPerKWh - lot.GridFee.MicroEurPerKWh : -fill.Order.Price.MicroEurPerKWh)));
}
