using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

/// <summary>The continuous double auction over a frozen set. Prices in µEUR/kWh on a tick of 100, energies in Wh.</summary>
public sealed class ContinuousDoubleAuctionTests
{
    private static readonly Gen<Order[]> AnyBook = Gen.OneOf(Books.WithoutSelfTrades, Books.WithSelfTrades);

    [Fact]
    public void Each_pair_trades_at_the_price_of_the_order_that_came_first()
    {
        // By key: Anna bids 25 ct for 1 000, Bice asks 10 ct for 600 and gets Anna's price, Carlo asks 12 ct for 600 and gets
        // it for the 400 that Anna still wants, Dario bids 20 ct for 300 and pays Carlo's price for the 200 that are left.
        Order[] set = [Buy(1, 250_000, 1_000, "anna"), Sell(2, 100_000, 600, "bice"), Sell(3, 120_000, 600, "carlo"), Buy(4, 200_000, 300, "dario")];
        var clearing = Clear(set);
        Assert.Equal(
            [("anna", "bice", 600L, 250_000L), ("anna", "carlo", 400, 250_000), ("dario", "carlo", 200, 120_000)],
            clearing.Lots.Select(lot => (lot.Fills[0].Order.Member.Value, lot.Fills[1].Order.Member.Value, lot.Fills[0].Energy.WattHours, lot.Price.MicroEurPerKWh)));
        Assert.Equal([new Fill(set[0], new Energy(1_000)), new Fill(set[3], new Energy(200)), new Fill(set[1], new Energy(600)), new Fill(set[2], new Energy(600))], clearing.Fills);
        Assert.Equal((new Energy(1_200), null), (clearing.Volume, clearing.Interval));

        // (1 000 · 250 000 + 200 · 120 000) / 1 200 = 228 333.3, on a tick of 100.
        Assert.Equal(new Price(228_300), clearing.Price);
    }

    [Fact]
    public void The_average_price_goes_half_up_to_the_tick_also_below_zero()
    {
        // 1 Wh at 100 and 1 Wh at 200: 150 → 200. At −100 and −200: −150 → −100.
        Assert.Equal(new Price(200), Clear(Sell(1, 100, 1), Sell(2, 200, 1), Buy(3, 300, 2)).Price);
        Assert.Equal(new Price(-100), Clear(Sell(1, -100, 1), Sell(2, -200, 1), Buy(3, 300, 2)).Price);

        // (4 · −100 − 200) / 5 = −120, nearest −100; (−100 − 4 · 200) / 5 = −180, nearest −200.
        Assert.Equal(new Price(-100), Clear(Sell(1, -100, 4), Sell(2, -200, 1), Buy(3, 300, 5)).Price);
        Assert.Equal(new Price(-200), Clear(Sell(1, -100, 1), Sell(2, -200, 4), Buy(3, 300, 5)).Price);
    }

    [Fact]
    public void A_known_sequence_is_taken_as_it_is()
    {
        var sequence = new[] { Sell(9, 100, 5), Buy(1, 300, 5) };
        Assert.Equal(new Price(100), ContinuousDoubleAuction.InSequence(sequence, MarketRules.Default).Price);
        Assert.Equal(new Price(300), Clear(sequence).Price); // by key the buyer comes first
    }

    [Fact]
    public void Orders_of_one_member_do_not_trade_and_the_older_is_withdrawn()
    {
        var clearing = Clear(Sell(1, 100, 5, "anna"), Buy(2, 300, 5, "anna"), Buy(3, 300, 5, "bice"), Sell(4, 200, 5, "carlo"));

        // Anna's 5 Wh at 100 are gone when Bice comes; Carlo meets Anna's bid first, as it is older than Bice's.
        var lot = Assert.Single(clearing.Lots);
        Assert.Equal(("anna", "carlo", new Price(300)), (lot.Fills[0].Order.Member.Value, lot.Fills[1].Order.Member.Value, lot.Price));
    }

    [Fact]
    public void Nothing_trades_in_an_empty_set_or_one_that_does_not_cross()
    {
        Assert.Equal(Clearing.Nothing, Clear());
        Assert.Equal(Clearing.Nothing, Clear(Buy(1, 100, 5), Sell(2, 200, 5)));
    }

    [Fact]
    public void Prices_off_tick_and_at_the_ends_of_64_bits_are_cleared_exactly()
    {
        var clearing = ContinuousDoubleAuction.InSequence([Sell(1, long.MinValue, 3), Sell(2, 7, 3), Buy(3, long.MaxValue, 6)], MarketRules.Default with { TickMicroEurPerKWh = 1 });
        Assert.Equal([new Price(long.MinValue), new Price(7)], clearing.Lots.Select(lot => lot.Price));

        // (3 · (−2⁶³) + 3 · 7) / 6 = −2⁶² + 3.5 → half up −2⁶² + 4.
        Assert.Equal(new Price(-(1L << 62) + 4), clearing.Price);
    }

    [Fact]
    public void A_volume_beyond_64_bits_is_refused() =>
        Assert.Throws<OverflowException>(() => Clear(Buy(1, 300, long.MaxValue), Buy(2, 300, 1), Sell(3, 100, long.MaxValue), Sell(4, 100, 1)));

    [Theory]
    [InlineData(0)]
    [InlineData(long.MinValue)]
    public void An_order_without_energy_is_refused(long energy) => Assert.Throws<ArgumentException>(() => Clear(Buy(1, 300, energy), Sell(2, 100, 5)));

    [Fact]
    public void The_mechanism_goes_by_the_name_continuous()
    {
        Assert.True(Mechanisms.TryParse("continuous", out var kind));
        Assert.Equal((MechanismKind.Continuous, "continuous"), (kind, kind.Code()));
        Assert.IsType<ContinuousDoubleAuction>(Mechanisms.Of(kind));
    }

    [Fact]
    public void Order_of_arrival_has_no_influence() =>
        Gen.Select(AnyBook, Gen.Int).Sample((book, seed) =>
        {
            var shuffled = book.ToArray();
            new Random(seed).Shuffle(shuffled);
            var (one, other) = (Clear(book), Clear(shuffled));
            Assert.Equal((one.Price, one.Volume), (other.Price, other.Volume));
            Assert.Equal(one.Fills.AsEnumerable(), other.Fills.AsEnumerable());
            Assert.Equal(Trades(one), Trades(other));
        }, iter: 2_000);

    [Fact]
    public void A_session_is_what_the_reference_book_makes_of_the_same_orders() =>
        Gen.Select(AnyBook, Gen.Enum<SelfTradePrevention>()).Sample((book, prevention) =>
        {
            var reference = new ReferenceContinuousBook(ContinuousRules.Default with { SelfTradePrevention = prevention });
            var transcript = new BookTranscript();
            for (var i = 0; i < book.Length; i++)
            {
                var owner = Array.FindIndex(book, order => order.Member == book[i].Member);
                Assert.True(reference.Submit(new BookOrder(i, owner, book[i].Side, BookOrderType.Limit, book[i].Price, book[i].Energy), ref transcript).IsAccepted);
            }

            var session = ContinuousSession.Run(book, prevention);
            Assert.Equal(
                transcript.Executions.Select(trade => (Math.Max(trade.MakerId, trade.TakerId), Math.Min(trade.MakerId, trade.TakerId), trade.Energy, trade.Price)),
                session.Trades.Select(trade => ((long)Math.Max(trade.Buy, trade.Sell), (long)Math.Min(trade.Buy, trade.Sell), trade.Energy, trade.Price)));
            Assert.All(session.Trades, trade => Assert.Equal((Side.Buy, Side.Sell), (book[trade.Buy].Side, book[trade.Sell].Side)));
        }, iter: 2_000);

    [Fact]
    public void Limits_are_kept_lots_add_up_to_fills_and_nobody_trades_with_herself() =>
        AnyBook.Sample(book =>
        {
            var clearing = Clear(book);
            Assert.All(clearing.Lots, lot =>
            {
                var (buy, sell) = (lot.Fills[0], lot.Fills[1]);
                Assert.Equal((Side.Buy, Side.Sell, buy.Energy), (buy.Order.Side, sell.Order.Side, sell.Energy));
                Assert.True(sell.Order.Price <= lot.Price && lot.Price <= buy.Order.Price && buy.Order.Member != sell.Order.Member);
            });
            var lots = clearing.Lots.SelectMany(lot => lot.Fills).GroupBy(fill => fill.Order)
                .ToDictionary(order => order.Key, order => order.Sum(fill => (decimal)fill.Energy.WattHours));
            Assert.Equal(lots.Count, clearing.Fills.Length);
            Assert.All(clearing.Fills, fill => Assert.Equal(lots[fill.Order], fill.Energy.WattHours));
            Assert.Equal(clearing.Volume.WattHours, clearing.Fills.Where(fill => fill.Order.Side == Side.Buy).Sum(fill => (decimal)fill.Energy.WattHours));
        }, iter: 2_000);

    [Fact]
    public void Its_welfare_never_passes_that_of_the_uniform_price() =>
        Books.WithoutSelfTrades.Sample(book =>
        {
            Assert.True(Welfare(Clear(book)) <= Welfare(UniformPriceAuction.Clear(book, MarketRules.Default)));
        }, iter: 2_000);

    private static Clearing Clear(params Order[] set) => new ContinuousDoubleAuction().Clear(set, MarketRules.Default, seed: default);

    private static IEnumerable<(Order, Order, Energy, Price)> Trades(Clearing clearing) =>
        clearing.Lots.Select(lot => (lot.Fills[0].Order, lot.Fills[1].Order, lot.Fills[0].Energy, lot.Price));

    private static decimal Welfare(Clearing clearing) =>
        clearing.Fills.Sum(fill => (fill.Order.Side == Side.Buy ? 1m : -1m) * fill.Order.Price.MicroEurPerKWh * fill.Energy.WattHours);
}
