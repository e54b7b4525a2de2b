using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

/// <summary>
/// Books that are made to be slow. Each of these would take hours if an operation looked at every order of the book, or of
/// its price, owner or bucket: a million squared are 10¹² steps.
/// </summary>
public sealed class ContinuousBookLoadTests
{
    private const int Many = 1_000_000;

    [Fact]
    public void A_million_orders_of_one_owner_at_one_price_give_way_to_one_order_of_his()
    {
        var book = Filled(id => id);
        var counter = default(Counter);
        var outcome = book.Submit(Buy(-1, owner: 1, energy: 5), ref counter);
        Assert.Equal((Many, 0L, new Energy(5), 1), (counter.Removals, counter.WattHours, outcome.Resting, book.Count));
    }

    [Fact]
    public void One_order_trades_with_a_million()
    {
        var book = Filled(id => id);
        var counter = default(Counter);
        Assert.Equal(new Energy(3), book.Submit(Buy(-1, owner: 2, energy: 3 * Many + 3), ref counter).Resting); // 3 Wh each, 3 over
        Assert.Equal((Many, 3L * Many, 1), (counter.Executions, counter.WattHours, book.Count));
    }

    [Theory]
    [InlineData(1)] // as a venue counts
    [InlineData(-1)]
    [InlineData(16)] // one id of each run that lies together
    [InlineData(1L << 21)] // equal in every bit that a table of a million would look at
    [InlineData(1L << 40)]
    public void A_storm_of_cancels_is_linear_whatever_the_ids_and_the_order(long stride)
    {
        var book = Filled(id => id * stride);
        var whole = 0;
        for (var i = 0; i < Many; i++)
        {
            // 7 919 is a prime that does not divide a million: every id once, all over the queue.
            whole += book.Cancel((long)(7_919L * i % Many) * stride, 1).Dropped == new Energy(3) ? 1 : 0;
        }

        Assert.Equal((Many, 0, null), (whole, book.Count, book.BestSell));
    }

    [Fact]
    public void A_million_expiries_in_falling_order_leave_at_once_and_in_rising_order()
    {
        var counter = default(Counter);
        var book = new ContinuousBook(ContinuousRules.Default);
        for (var i = Many; i > 0; i--)
        {
            book.Submit(Sell(i) with { Expiry = i }, ref counter);
        }

        Assert.Equal(Many, book.Count);
        book.AdvanceTo(Many / 2, ref counter);
        Assert.Equal((Many / 2, Many / 2, Many / 2), (counter.Removals, (int)counter.LastId, book.Count));
        Assert.True(counter.IsRising);
    }

    [Fact]
    public void A_price_level_that_comes_and_goes_a_million_times_costs_no_search()
    {
        // The next best price lies 45 000 ticks away; a scan would take 4.5 · 10¹⁰ steps.
        var counter = default(Counter);
        var book = new ContinuousBook(ContinuousRules.Default);
        book.Submit(Sell(0) with { Price = MarketRules.Default.Cap }, ref counter);
        var back = 0;
        for (var i = 1; i <= Many; i++)
        {
            book.Submit(Sell(i) with { Price = MarketRules.Default.Floor }, ref counter);
            book.Cancel(i, 1);
            back += book.BestSell == MarketRules.Default.Cap ? 1 : 0;
        }

        Assert.Equal(Many, back);
    }

    [Fact]
    public void In_the_steady_state_no_operation_allocates()
    {
        var counter = default(Counter);
        var book = new ContinuousBook(ContinuousRules.Default, capacity: 10_000);

        // A collection that another test sets off is booked to this thread too, so the least of several rounds counts.
        var least = Enumerable.Range(0, 10).Min(round =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5_000; i++)
            {
                book.Submit(Sell(i) with { Expiry = round * 10 + 1 + i % 9 }, ref counter);
                book.Replace(Sell(i) with { Price = new Price(i * 100) }, ref counter);
                book.Reduce(i, 1, new Energy(1));
                book.Submit(Buy(-1, 2, 1), ref counter);
                book.Cancel(i, i % 3);
            }

            book.Submit(Buy(-2, 2, long.MaxValue) with { Type = BookOrderType.Market }, ref counter);
            book.Cancel(-1, 2);
            book.AdvanceTo(round * 10 + 10, ref counter);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
        Assert.True(counter.Executions > 0 && book.Count == 0);
    }

    private static ContinuousBook Filled(Func<long, long> id)
    {
        var counter = default(Counter);
        var book = new ContinuousBook(ContinuousRules.Default, seed: 20_26);
        for (var i = 0; i < Many; i++)
        {
            book.Submit(Sell(id(i)), ref counter);
        }

        Assert.Equal(Many, book.Count);
        return book;
    }

    private static BookOrder Sell(long id) => new(id, 1, Side.Sell, BookOrderType.Limit, new Price(1000), new Energy(3));

    private static BookOrder Buy(long id, int owner, long energy) => new(id, owner, Side.Buy, BookOrderType.Limit, new Price(1000), new Energy(energy));

    private record struct Counter : IExecutionSink
    {
        public int Executions { get; private set; }

        public int Removals { get; private set; }

        public long WattHours { get; private set; }

        public long LastId { get; private set; }

        public bool IsRising { get; private set; }

        public void Executed(in Execution execution)
        {
            Executions++;
            WattHours += execution.Energy.WattHours;
        }

        public void Removed(in Removal removal)
        {
            IsRising = Removals++ == 0 || (IsRising && removal.Id > LastId);
            LastId = removal.Id;
        }
    }
}
