using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

/// <summary>What holds for every sequence of operations; a failure is shrunk and printed with its seed.</summary>
public sealed class ContinuousBookProperties
{
    /// <summary>Few ids, owners and prices, so that they meet; every kind of fault now and then.</summary>
    private static readonly Gen<BookCall[]> Crowded = Calls(ids: 12, Gen.Int[-2, 6], length: 60);

    /// <summary>Prices from floor to cap, and more orders than the book first has room for.</summary>
    private static readonly Gen<BookCall[]> Wide = Calls(ids: 200, Gen.OneOf(Gen.Int[-5_001, 40_001], Gen.Int[-70, 70]), length: 300);

    private static readonly Gen<ContinuousRules> Rules = Gen.Select(Gen.Enum<SelfTradePrevention>(), Gen.OneOf(Gen.Const(3), Gen.Const(16), Gen.Const(1000)), (prevention, maximum) => ContinuousRules.Default with
    {
        SelfTradePrevention = prevention,
        MaximumOrders = maximum,
    });

    [Fact]
    public void Fast_and_reference_agree_on_every_report_and_on_the_whole_book() => Agree(Crowded, 1_500);

    [Fact]
    public void Fast_and_reference_agree_over_the_whole_range_of_prices() => Agree(Wide, 100);

    [Fact]
    public void After_each_operation_the_book_is_uncrossed_and_every_watt_hour_accounted_for() =>
        Gen.Select(Crowded, Rules).Sample((calls, rules) =>
        {
            var book = new ContinuousBook(rules);
            foreach (var call in calls)
            {
                var before = book.Resting(Side.Buy).Concat(book.Resting(Side.Sell)).ToDictionary(order => order.Id);
                var transcript = new BookTranscript();
                var outcome = call.On(book, ref transcript);
                var after = book.Resting(Side.Buy).Concat(book.Resting(Side.Sell)).ToDictionary(order => order.Id);

                Assert.True(book.BestBuy is not { } buy || book.BestSell is not { } sell || buy < sell);
                Assert.True(outcome.IsAccepted || (transcript.Events.Count == 0 && before.SequenceEqual(after)));
                Assert.Equal(outcome.Traded.WattHours, transcript.Executions.Sum(trade => (decimal)trade.Energy.WattHours));
                Assert.Equal(outcome.IsAccepted ? call.Asked(before) : 0, (decimal)outcome.Traded.WattHours + outcome.Resting.WattHours + outcome.Dropped.WattHours);
                var taker = before.TryGetValue(call.Order.Id, out var replaced) ? replaced.Owner : call.Order.Owner;
                Assert.All(transcript.Executions, trade => Assert.True(
                    trade.Energy > Energy.Zero && trade.Price == before[trade.MakerId].Price && before[trade.MakerId].Owner != taker));

                // What rested before, less what was traded and withdrawn, rests after; the order that came aside.
                foreach (var (id, order) in before.Where(entry => entry.Key != call.Order.Id))
                {
                    var gone = transcript.Executions.Where(trade => trade.MakerId == id).Sum(trade => (decimal)trade.Energy.WattHours)
                        + transcript.Removals.Where(removal => removal.Id == id).Sum(removal => (decimal)removal.Energy.WattHours);
                    Assert.Equal(order.Energy.WattHours - gone, after.TryGetValue(id, out var rest) ? rest.Energy.WattHours : 0);
                }
            }
        }, iter: 700);

    [Fact]
    public void Neither_seed_nor_capacity_has_an_influence() =>
        Gen.Select(Wide, Gen.ULong, Gen.Int[0, 300]).Sample((calls, seed, capacity) =>
        {
            var (one, other) = (new BookTranscript(), new BookTranscript());
            var (small, large) = (new ContinuousBook(ContinuousRules.Default, 0, 0), new ContinuousBook(ContinuousRules.Default, seed, capacity));
            foreach (var call in calls)
            {
                Assert.Equal(call.On(small, ref one), call.On(large, ref other));
            }

            Assert.Equal(one.Events, other.Events);
        }, iter: 200);

    private static void Agree(Gen<BookCall[]> sequences, long iterations) =>
        Gen.Select(sequences, Rules).Sample((calls, rules) =>
        {
            var reference = new ReferenceContinuousBook(rules);
            var fast = new ContinuousBook(rules, capacity: 0);
            foreach (var call in calls)
            {
                var (expected, actual) = (new BookTranscript(), new BookTranscript());
                Assert.Equal(call.On(reference, ref expected), call.On(fast, ref actual));
                Assert.Equal(expected.Events, actual.Events);
                Assert.Equal((reference.Instant, reference.Count, reference.BestBuy, reference.BestSell), (fast.Instant, fast.Count, fast.BestBuy, fast.BestSell));
            }

            Assert.Equal(reference.Resting(Side.Buy), fast.Resting(Side.Buy));
            Assert.Equal(reference.Resting(Side.Sell), fast.Resting(Side.Sell));
        }, iter: iterations);

    private static Gen<BookCall[]> Calls(int ids, Gen<int> ticks, int length)
    {
        var price = Gen.Frequency((30, ticks.Select(tick => tick * 100L)), (1, Gen.Long), (1, Gen.Long[-500_000, 4_000_000]));
        var energy = Gen.Frequency((20, Gen.Long[1, 9]), (1, Gen.Long[-1, 0]), (1, Gen.Const(long.MaxValue)));
        var expiry = Gen.Frequency((3, Gen.Const(BookOrder.NoExpiry)), (2, Gen.Long[0, 20]));
        var order =
            from id in Gen.Long[1, ids]
            from owner in Gen.Int[0, 3]
            from side in Gen.Frequency((40, Gen.Int[0, 1]), (1, Gen.Int[-1, 2]))
            from type in Gen.Frequency((32, Gen.Const(0)), (4, Gen.Const(1)), (4, Gen.Const(2)), (1, Gen.Int[-1, 3]))
            from limit in price
            from amount in energy
            from end in expiry
            select new BookOrder(id, owner, (Side)side, (BookOrderType)type, new Price(limit), new Energy(amount), end);
        var kind = Gen.Frequency(
            (12, Gen.Const(CallKind.Submit)), (2, Gen.Const(CallKind.Replace)), (3, Gen.Const(CallKind.Cancel)), (2, Gen.Const(CallKind.Reduce)), (1, Gen.Const(CallKind.Advance)));
        return Gen.Select(kind, order, Gen.Long[0, 20], Gen.Int[0, 9], (what, which, now, owned) => new BookCall(what, which, now, owned > 0)).Array[0, length];
    }
}

internal enum CallKind
{
    Submit,
    Replace,
    Cancel,
    Reduce,
    Advance,
}

/// <summary>One operation of a random sequence.</summary>
/// <param name="IsOwners">The call comes from whoever owns the order now, if anybody; so that most of them are not refused.</param>
internal sealed record BookCall(CallKind Kind, BookOrder Order, long Instant, bool IsOwners)
{
    public Outcome On(IContinuousBook book, ref BookTranscript transcript)
    {
        var owner = IsOwners && Resting(book) is { } resting ? resting.Owner : Order.Owner;
        return Kind switch
        {
            CallKind.Submit => book.Submit(Order, ref transcript),
            CallKind.Replace => book.Replace(Order with { Owner = owner }, ref transcript),
            CallKind.Cancel => book.Cancel(Order.Id, owner),
            CallKind.Reduce => book.Reduce(Order.Id, owner, Order.Energy),
            _ => book.AdvanceTo(Instant, ref transcript),
        };
    }

    /// <summary>Wh that an accepted call speaks of.</summary>
    public decimal Asked(Dictionary<long, RestingOrder> before) => Kind switch
    {
        CallKind.Advance => 0,
        CallKind.Submit or CallKind.Replace => Order.Energy.WattHours,
        _ => before[Order.Id].Energy.WattHours,
    };

    private RestingOrder? Resting(IContinuousBook book)
    {
        var found = book.Resting(Side.Buy).Concat(book.Resting(Side.Sell)).Where(order => order.Id == Order.Id).ToList();
        return found.Count == 0 ? null : found[0];
    }
}
