using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

public sealed class ReferenceContinuousBookTests : ContinuousBookTests
{
    protected override IContinuousBook Create(ContinuousRules rules) => new ReferenceContinuousBook(rules);
}

public sealed class FastContinuousBookTests : ContinuousBookTests
{
    protected override IContinuousBook Create(ContinuousRules rules) => new ContinuousBook(rules, seed: 7, capacity: 0);
}

/// <summary>The rules of a continuous book, one by one, on both books. Prices in ticks of 100 µEUR/kWh, energies in Wh.</summary>
public abstract class ContinuousBookTests
{
    private const int Anna = 1;
    private const int Bice = 2;
    private const int Carlo = 3;

    private readonly BookTranscript _transcript = new();
    private IContinuousBook? _book;

    private IContinuousBook Book => _book ??= Create(ContinuousRules.Default);

    protected abstract IContinuousBook Create(ContinuousRules rules);

    [Fact]
    public void An_order_that_meets_nobody_rests()
    {
        Assert.Equal(Rests(5), Submit(Buy(1, Anna, 10, 5)));
        Assert.Equal(Rests(7), Submit(Sell(2, Bice, 11, 7)));
        Assert.Empty(_transcript.Events);
        Assert.Equal([(1L, 5L)], Queue(Side.Buy));
        Assert.Equal([(2L, 7L)], Queue(Side.Sell));
        Assert.Equal((new Price(1000), new Price(1100), 2), (Book.BestBuy, Book.BestSell, Book.Count));
    }

    [Fact]
    public void An_empty_book_has_no_best_price() => Assert.Equal((null, null, 0), (Book.BestBuy, Book.BestSell, Book.Count));

    [Fact]
    public void A_trade_is_at_the_price_of_the_order_that_rested()
    {
        Submit(Sell(1, Anna, 10, 5));
        Assert.Equal(Trades(5), Submit(Buy(2, Bice, 14, 5)));
        Submit(Buy(3, Anna, 14, 5));
        Assert.Equal(Trades(5), Submit(Sell(4, Bice, 10, 5)));
        Assert.Equal([Trade(1, 2, 10, 5), Trade(3, 4, 14, 5)], _transcript.Executions);
        Assert.Equal(0, Book.Count);
    }

    [Fact]
    public void Better_prices_trade_first()
    {
        Submit(Sell(1, Anna, 12, 5), Sell(2, Bice, 10, 5), Sell(3, Carlo, 11, 5));
        Submit(Buy(4, 9, 12, 12));
        Assert.Equal([Trade(2, 4, 10, 5), Trade(3, 4, 11, 5), Trade(1, 4, 12, 2)], _transcript.Executions);
        Submit(Buy(5, Anna, 7, 5), Buy(6, Bice, 9, 5), Buy(7, Carlo, 8, 5));
        Submit(Sell(8, 9, 8, 20));
        Assert.Equal([Trade(6, 8, 9, 5), Trade(7, 8, 8, 5)], _transcript.Executions.Skip(3));
        Assert.Equal([(5L, 5L)], Queue(Side.Buy));
        Assert.Equal([(8L, 10L), (1L, 3L)], Queue(Side.Sell));
    }

    [Fact]
    public void At_one_price_the_oldest_trades_first_and_a_partly_filled_order_keeps_its_place()
    {
        Submit(Sell(9, Anna, 10, 5), Sell(2, Bice, 10, 5), Sell(5, Carlo, 10, 5));
        Submit(Buy(11, 8, 10, 3), Buy(12, 8, 10, 4));
        Assert.Equal([Trade(9, 11, 10, 3), Trade(9, 12, 10, 2), Trade(2, 12, 10, 2)], _transcript.Executions);
        Assert.Equal([(2L, 3L), (5L, 5L)], Queue(Side.Sell));
    }

    [Fact]
    public void What_is_left_of_a_limit_order_rests_at_its_limit()
    {
        Submit(Sell(1, Anna, 10, 5));
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(5), new Energy(3), Energy.Zero), Submit(Buy(2, Bice, 12, 8)));
        Assert.Equal(new Price(1200), Book.BestBuy);
        Assert.Null(Book.BestSell);
    }

    [Fact]
    public void A_market_order_trades_at_any_price_and_never_rests()
    {
        Submit(Sell(1, Anna, 10, 5), Sell(2, Bice, 40_000, 5));

        // Its price is not looked at: neither off tick nor out of caps matters.
        var order = new BookOrder(3, Carlo, Side.Buy, BookOrderType.Market, new Price(long.MinValue), new Energy(12));
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(10), Energy.Zero, new Energy(2)), Submit(order));
        Assert.Equal([Trade(1, 3, 10, 5), Trade(2, 3, 40_000, 5)], _transcript.Executions);
        Assert.Equal(0, Book.Count);
        Assert.Equal(new Energy(4), Submit(order with { Id = 4, Side = Side.Sell, Energy = new Energy(4) }).Dropped);
    }

    [Fact]
    public void An_immediate_order_trades_up_to_its_limit_and_drops_the_rest()
    {
        Submit(Buy(1, Anna, 10, 5), Buy(2, Bice, 8, 5));
        var outcome = Submit(Sell(3, Carlo, 9, 8) with { Type = BookOrderType.ImmediateOrCancel });
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(5), Energy.Zero, new Energy(3)), outcome);
        Assert.Equal([Trade(1, 3, 10, 5)], _transcript.Executions);
        Assert.Equal([(2L, 5L)], Queue(Side.Buy));
        Assert.Empty(Queue(Side.Sell));
    }

    [Fact]
    public void A_cancelled_order_is_gone_and_its_id_is_free()
    {
        Submit(Buy(1, Anna, 10, 5), Buy(2, Bice, 10, 6), Buy(3, Carlo, 10, 7));
        Assert.Equal(Drops(6), Book.Cancel(2, Bice));
        Assert.Equal([(1L, 5L), (3L, 7L)], Queue(Side.Buy));
        Assert.Equal(BookRefusal.UnknownId, Book.Cancel(2, Bice).Refusal);
        Assert.Equal(Rests(1), Submit(Sell(2, Anna, 11, 1)));
        Book.Cancel(1, Anna);
        Book.Cancel(3, Carlo);
        Assert.Null(Book.BestBuy);
    }

    [Fact]
    public void Less_energy_keeps_the_place_in_the_queue()
    {
        Submit(Sell(1, Anna, 10, 5), Sell(2, Bice, 10, 5));
        Assert.Equal(new Outcome(BookRefusal.None, Energy.Zero, new Energy(2), new Energy(3)), Book.Reduce(1, Anna, new Energy(3)));
        Assert.Equal([(1L, 2L), (2L, 5L)], Queue(Side.Sell));

        // More than is left takes what is left: a trade may have come in between.
        Assert.Equal(Drops(2), Book.Reduce(1, Anna, new Energy(long.MaxValue)));
        Assert.Equal([(2L, 5L)], Queue(Side.Sell));
    }

    [Fact]
    public void A_replaced_order_goes_to_the_end_of_the_queue()
    {
        Submit(Sell(1, Anna, 10, 5), Sell(2, Bice, 10, 5));
        Assert.Equal(Rests(4), Replace(Sell(1, Anna, 10, 4)));
        Assert.Equal([(2L, 5L), (1L, 4L)], Queue(Side.Sell));
    }

    [Fact]
    public void A_replacement_may_trade_at_once_and_change_sides()
    {
        Submit(Buy(1, Anna, 10, 5), Sell(2, Bice, 12, 5));
        Assert.Equal(new Energy(5), Replace(Buy(1, Anna, 12, 6)).Traded);
        Assert.Equal([Trade(2, 1, 12, 5)], _transcript.Executions);
        Assert.Equal(Rests(3), Replace(Sell(1, Anna, 20, 3)));
        Assert.Equal([(1L, 3L)], Queue(Side.Sell));
        Assert.Empty(Queue(Side.Buy));
    }

    [Fact]
    public void A_refused_replacement_leaves_the_order_where_it_is()
    {
        Submit(Buy(1, Anna, 10, 5), Buy(2, Bice, 10, 5));
        Assert.Equal(BookRefusal.UnknownId, Replace(Buy(3, Anna, 10, 0)).Refusal);
        Assert.Equal(BookRefusal.NotTheOwner, Replace(Buy(1, Bice, 10, 0)).Refusal);
        Assert.Equal(BookRefusal.EnergyNotPositive, Replace(Buy(1, Anna, 10, 0)).Refusal);
        Assert.Equal(BookRefusal.OffTick, Replace(Buy(1, Anna, 10, 5) with { Price = new Price(1001) }).Refusal);
        Assert.Equal([(1L, 5L), (2L, 5L)], Queue(Side.Buy));
    }

    [Fact]
    public void An_order_leaves_at_its_expiry_and_not_before()
    {
        Advance(100);
        Submit(Buy(1, Anna, 10, 5) with { Expiry = 101 }, Buy(2, Bice, 10, 5));
        Advance(100);
        Assert.Equal(2, Book.Count);
        Advance(101);
        Assert.Equal([new Removal(1, Anna, new Energy(5), RemovalReason.Expired)], _transcript.Removals);
        Advance(long.MaxValue);
        Assert.Equal([(2L, 5L)], Queue(Side.Buy)); // good till cancelled
    }

    [Fact]
    public void Orders_that_expire_together_leave_by_expiry_then_by_id()
    {
        Submit([.. new[] { 5L, 3, 9, 1, 7, 2, 8 }.Select(id => Buy(id, Anna, id, id) with { Expiry = id < 4 ? 20 : 10 })]);
        Submit(Sell(11, Bice, 9, 4)); // takes 4 of the 9 Wh at the best price
        Book.Cancel(7, Anna);
        Advance(30);
        Assert.Equal([(5L, 5L), (8L, 8L), (9L, 5L), (1L, 1L), (2L, 2L), (3L, 3L)], _transcript.Removals.Select(r => (r.Id, r.Energy.WattHours)));
        Assert.Equal(0, Book.Count);
    }

    [Fact]
    public void Time_does_not_run_back()
    {
        Advance(100);
        Assert.Equal(BookRefusal.TimeRunsBack, AdvanceOutcome(99).Refusal);
        Assert.Equal(100, Book.Instant);
        Assert.Equal(BookRefusal.Expired, Submit(Buy(1, Anna, 10, 5) with { Expiry = 100 }).Refusal);
        Assert.Equal(Rests(5), Submit(Buy(1, Anna, 10, 5) with { Expiry = 101 }));
    }

    [Fact]
    public void The_resting_order_gives_way_to_a_newer_one_of_its_owner()
    {
        Submit(Sell(1, Anna, 10, 5), Sell(2, Bice, 10, 5), Sell(3, Anna, 11, 5), Sell(4, Anna, 13, 5));
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(5), new Energy(2), Energy.Zero), Submit(Buy(5, Anna, 12, 7)));
        object[] expected =
        [
            new Removal(1, Anna, new Energy(5), RemovalReason.SelfTrade), Trade(2, 5, 10, 5), new Removal(3, Anna, new Energy(5), RemovalReason.SelfTrade),
        ];
        Assert.Equal(expected, _transcript.Events);
        Assert.Equal([(4L, 5L)], Queue(Side.Sell));
    }

    [Fact]
    public void An_own_order_that_would_not_have_traded_stays()
    {
        Submit(Sell(1, Bice, 10, 5), Sell(2, Anna, 10, 5));
        Assert.Equal(Trades(5), Submit(Buy(3, Anna, 10, 5)));
        Assert.Equal([(2L, 5L)], Queue(Side.Sell));
    }

    [Fact]
    public void Under_cancel_newest_the_incoming_order_stops_at_an_order_of_its_owner()
    {
        _book = Create(ContinuousRules.Default with { SelfTradePrevention = SelfTradePrevention.CancelNewest });
        Submit(Sell(1, Bice, 10, 5), Sell(2, Anna, 10, 5), Sell(3, Carlo, 10, 5));
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(5), Energy.Zero, new Energy(7)), Submit(Buy(4, Anna, 12, 12)));
        Assert.Equal([Trade(1, 4, 10, 5)], _transcript.Events);
        Assert.Equal([(2L, 5L), (3L, 5L)], Queue(Side.Sell));
    }

    [Fact]
    public void Under_cancel_both_the_resting_order_goes_too_and_the_queue_behind_it_stays()
    {
        // 12 asked: 5 of Bice's, then Anna's own 5 are next; they go, and with them the 7 that are left.
        _book = Create(ContinuousRules.Default with { SelfTradePrevention = SelfTradePrevention.CancelBoth });
        Submit(Sell(1, Bice, 10, 5), Sell(2, Anna, 10, 5), Sell(3, Carlo, 10, 5));
        Assert.Equal(new Outcome(BookRefusal.None, new Energy(5), Energy.Zero, new Energy(7)), Submit(Buy(4, Anna, 12, 12)));
        object[] expected = [Trade(1, 4, 10, 5), new Removal(2, Anna, new Energy(5), RemovalReason.SelfTrade)];
        Assert.Equal(expected, _transcript.Events);
        Assert.Equal([(3L, 5L)], Queue(Side.Sell));
        Assert.Empty(Queue(Side.Buy));
    }

    [Fact]
    public void Prices_reach_from_the_floor_to_the_cap_and_may_be_negative()
    {
        // Default: −0.50 and 4 EUR/kWh, −5 000 and 40 000 ticks.
        Submit(Buy(1, Anna, -5_000, 5), Sell(2, Bice, 40_000, 5));
        Assert.Equal((new Price(-500_000), new Price(4_000_000)), (Book.BestBuy, Book.BestSell));
        Submit(Buy(3, Carlo, 40_000, 5), Sell(4, Carlo, -5_000, 5));
        Assert.Equal([Trade(2, 3, 40_000, 5), Trade(1, 4, -5_000, 5)], _transcript.Executions);
    }

    [Fact]
    public void A_floor_and_a_cap_between_two_ticks_are_no_prices()
    {
        _book = Create(ContinuousRules.Default with { Market = new MarketRules { TickMicroEurPerKWh = 100, Floor = new Price(-150), Cap = new Price(150) } });
        Assert.Equal(BookRefusal.OffTick, Submit(Buy(1, Anna, 0, 5) with { Price = new Price(-150) }).Refusal);
        Assert.Equal(BookRefusal.OffTick, Submit(Buy(1, Anna, 0, 5) with { Price = new Price(150) }).Refusal);
        Assert.Equal(BookRefusal.PriceOutOfRange, Submit(Buy(1, Anna, 2, 5)).Refusal);
        Assert.All([-1, 0, 1], tick => Assert.Equal(Rests(5), Submit(Buy(tick, Anna, tick, 5))));
        Assert.Equal([1L, 0, -1], Book.Resting(Side.Buy).Select(order => order.Id));
    }

    [Fact]
    public void A_full_book_refuses_what_could_rest_and_takes_what_cannot()
    {
        _book = Create(ContinuousRules.Default with { MaximumOrders = 2 });
        Submit(Buy(1, Anna, 10, 5), Buy(2, Anna, 10, 5));
        Assert.Equal(BookRefusal.BookFull, Submit(Buy(3, Bice, 10, 5)).Refusal);
        Assert.Equal(BookRefusal.BookFull, Submit(Sell(3, Bice, 10, 5)).Refusal);
        Assert.Equal(Trades(5), Submit(Sell(3, Bice, 10, 5) with { Type = BookOrderType.ImmediateOrCancel }));
        Assert.Equal(Rests(5), Submit(Buy(3, Bice, 10, 5)));
        Assert.Equal(Rests(6), Replace(Buy(3, Bice, 10, 6)));
    }

    public static TheoryData<BookRefusal, BookOrder> Faults => new()
    {
        { BookRefusal.UnknownKind, Buy(2, Bice, 9, 5) with { Side = (Side)2 } },
        { BookRefusal.UnknownKind, Buy(2, Bice, 9, 5) with { Side = (Side)(-1) } },
        { BookRefusal.UnknownKind, Buy(2, Bice, 9, 5) with { Type = (BookOrderType)3 } },
        { BookRefusal.UnknownKind, Buy(2, Bice, 9, 5) with { Type = (BookOrderType)(-1) } },
        { BookRefusal.EnergyNotPositive, Buy(2, Bice, 9, 0) },
        { BookRefusal.EnergyNotPositive, Buy(2, Bice, 9, long.MinValue) },
        { BookRefusal.PriceOutOfRange, Buy(2, Bice, 40_001, 5) },
        { BookRefusal.PriceOutOfRange, Buy(2, Bice, -5_001, 5) },
        { BookRefusal.PriceOutOfRange, Buy(2, Bice, 0, 5) with { Price = new Price(long.MaxValue) } },
        { BookRefusal.PriceOutOfRange, Buy(2, Bice, 0, 5) with { Price = new Price(long.MinValue) } },
        { BookRefusal.OffTick, Buy(2, Bice, 9, 5) with { Price = new Price(901) } },
        { BookRefusal.OffTick, Sell(2, Bice, 9, 5) with { Price = new Price(-1) } },
        { BookRefusal.Expired, Buy(2, Bice, 9, 5) with { Expiry = 50 } },
        { BookRefusal.Expired, Buy(2, Bice, 9, 5) with { Expiry = long.MinValue } },
        { BookRefusal.DuplicateId, Buy(1, Bice, 9, 5) },
        { BookRefusal.DuplicateId, Sell(1, Bice, 9, 5) with { Type = BookOrderType.Market } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_order_is_refused_with_its_reason_and_changes_nothing(BookRefusal reason, BookOrder order)
    {
        Advance(50);
        Submit(Buy(1, Anna, 10, 5));
        Assert.Equal(new Outcome(reason, Energy.Zero, Energy.Zero, Energy.Zero), Submit(order));
        Assert.Empty(_transcript.Events);
        Assert.Equal([new RestingOrder(1, Anna, Side.Buy, new Price(1000), new Energy(5), BookOrder.NoExpiry)], Book.Resting(Side.Buy));
        Assert.Empty(Book.Resting(Side.Sell));
    }

    [Fact]
    public void Only_the_owner_may_touch_an_order()
    {
        Submit(Buy(1, Anna, 10, 5));
        Assert.Equal(BookRefusal.NotTheOwner, Book.Cancel(1, Bice).Refusal);
        Assert.Equal(BookRefusal.NotTheOwner, Book.Reduce(1, Bice, new Energy(1)).Refusal);
        Assert.Equal(BookRefusal.UnknownId, Book.Reduce(2, Anna, new Energy(1)).Refusal);
        Assert.Equal(BookRefusal.EnergyNotPositive, Book.Reduce(1, Anna, Energy.Zero).Refusal);
        Assert.Equal(BookRefusal.EnergyNotPositive, Book.Reduce(1, Anna, new Energy(long.MinValue)).Refusal);
        Assert.Equal([(1L, 5L)], Queue(Side.Buy));
    }

    [Fact]
    public void Energies_and_ids_reach_to_the_ends_of_64_bits()
    {
        Submit(Sell(long.MinValue, Anna, 10, long.MaxValue), Sell(long.MaxValue, Bice, 10, long.MaxValue), Sell(0, Carlo, 10, 1), Sell(-1, Carlo, 10, 1));
        Assert.Equal(Trades(long.MaxValue), Submit(Buy(7, int.MinValue, 10, long.MaxValue)));
        Assert.Equal(Trades(long.MaxValue), Submit(Buy(8, int.MinValue, 10, long.MaxValue)));
        Assert.Equal([(0L, 1L), (-1L, 1L)], Queue(Side.Sell));
    }

    private static BookOrder Buy(long id, int owner, long tick, long energy) => new(id, owner, Side.Buy, BookOrderType.Limit, new Price(tick * 100), new Energy(energy));

    private static BookOrder Sell(long id, int owner, long tick, long energy) => Buy(id, owner, tick, energy) with { Side = Side.Sell };

    private static Execution Trade(long maker, long taker, long tick, long energy) => new(maker, taker, new Price(tick * 100), new Energy(energy));

    private static Outcome Rests(long energy) => new(BookRefusal.None, Energy.Zero, new Energy(energy), Energy.Zero);

    private static Outcome Trades(long energy) => new(BookRefusal.None, new Energy(energy), Energy.Zero, Energy.Zero);

    private static Outcome Drops(long energy) => new(BookRefusal.None, Energy.Zero, Energy.Zero, new Energy(energy));

    private IEnumerable<(long Id, long WattHours)> Queue(Side side) => Book.Resting(side).Select(order => (order.Id, order.Energy.WattHours));

    private void Submit(params BookOrder[] orders) => Assert.All(orders, order => Assert.True(Submit(order).IsAccepted));

    private Outcome Submit(BookOrder order)
    {
        var transcript = _transcript;
        return Book.Submit(order, ref transcript);
    }

    private Outcome Replace(BookOrder order)
    {
        var transcript = _transcript;
        return Book.Replace(order, ref transcript);
    }

    private void Advance(long now) => Assert.True(AdvanceOutcome(now).IsAccepted);

    private Outcome AdvanceOutcome(long now)
    {
        var transcript = _transcript;
        return Book.AdvanceTo(now, ref transcript);
    }
}
