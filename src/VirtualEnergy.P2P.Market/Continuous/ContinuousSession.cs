using System.Collections.Immutable;
using System.Runtime.InteropServices;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>One trade of a session.</summary>
/// <param name="Buy">Place of the buy order in the sequence, from 0.</param>
/// <param name="Sell">Place of the sell order.</param>
/// <param name="Energy">Wh, positive.</param>
/// <param name="Price">What the seller gets: the price of the order that came first, less the fee where that is the buyer's. µEUR/kWh.</param>
public readonly record struct SessionTrade(int Buy, int Sell, Energy Energy, Price Price)
{
    /// <summary>What the buyer pays on top to the grid operator, µEUR/kWh.</summary>
    public Price GridFee { get; init; }
}

/// <summary>A closed set of orders, submitted to an empty continuous book one after another.</summary>
/// <param name="Trades">In the order in which they came about.</param>
/// <param name="Unfilled">Wh that each order did not trade, in the order of the sequence: at rest in the end, or withdrawn.</param>
/// <remarks>
/// What comes out depends on the sequence, as a continuous market does. Where nobody knows a true order of arrival, or where
/// it must not matter, <see cref="ContinuousDoubleAuction"/> names one.
/// </remarks>
public sealed record ContinuousSession(ImmutableArray<SessionTrade> Trades, ImmutableArray<Energy> Unfilled)
{
    /// <param name="sequence">The orders as they come; any prices, on a tick or not, at most 2²⁶ orders.</param>
    /// <param name="prevention">What happens when two orders of one member meet.</param>
    /// <param name="termsOf">Of the order in each place; limit orders that wait until the end unless stated.</param>
    /// <exception cref="ArgumentException">An order's energy is not positive, there are too many orders, time runs back, or an order expires before it comes.</exception>
    public static ContinuousSession Run(
        IReadOnlyList<Order> sequence, SelfTradePrevention prevention = SelfTradePrevention.CancelResting, Func<Order, OrderTerms>? termsOf = null)
    {
        Require(sequence);

        // Only the order of prices matters to a book, so it runs on their ranks: no tick, however fine, makes it large.
        var (prices, ranks) = Rank(sequence);
        var rules = new ContinuousRules
        {
            Market = new MarketRules { TickMicroEurPerKWh = 1, Floor = default, Cap = new Price(Math.Max(0, prices.Length - 1)) },
            SelfTradePrevention = prevention,
            MaximumOrders = Math.Max(1, sequence.Count),
        };
        var book = new ContinuousBook(rules, capacity: sequence.Count);
        var owners = new Dictionary<MemberId, int>();
        var unfilled = new long[sequence.Count];
        var sink = new TradeList([], unfilled, prices);
        var withdrawals = new PriorityQueue<(int Place, int Owner), (long Time, int Place)>();
        for (var i = 0; i < sequence.Count; i++)
        {
            var order = sequence[i];
            ref var owner = ref CollectionsMarshal.GetValueRefOrAddDefault(owners, order.Member, out var isKnown);
            owner = isKnown ? owner : owners.Count;
            unfilled[i] = order.Energy.WattHours;
            sink.TakerBuys = order.Side == Side.Buy;
            var terms = OrderTerms.Plain;
            if (termsOf is not null)
            {
                terms = termsOf(order);
                Require(book.AdvanceTo(terms.Time, ref sink), i);
                while (withdrawals.TryPeek(out var gone, out var when) && when.Time <= terms.Time)
                {
                    withdrawals.Dequeue();
                    book.Cancel(gone.Place, gone.Owner); // refused where nothing is left of it, which is as well
                }
            }

            Require(book.Submit(new BookOrder(i, owner, order.Side, terms.Type, new Price(ranks[i]), order.Energy, terms.Expiry), ref sink), i);
            if (terms.Cancel is { } cancel)
            {
                withdrawals.Enqueue((i, owner), (cancel, i));
            }
        }

        return new ContinuousSession([.. sink.Trades], [.. unfilled.Select(wattHours => new Energy(wattHours))]);
    }

    private static void Require(Outcome outcome, int place)
    {
        if (!outcome.IsAccepted)
        {
            throw new ArgumentException($"Order {place}: {outcome.Refusal.Code()}.", nameof(place));
        }
    }

    /// <exception cref="ArgumentException">An order's energy is not positive, or there are too many orders.</exception>
    internal static void Require(IReadOnlyList<Order> sequence)
    {
        if (sequence.Count > ContinuousRules.LargestMaximumOrders)
        {
            throw new ArgumentException($"A session takes at most {ContinuousRules.LargestMaximumOrders} orders, not {sequence.Count}.", nameof(sequence));
        }

        foreach (var order in sequence)
        {
            Ladder.Require(order);
        }
    }

    /// <summary>The different prices, lowest first, and where the price of each order stands among them.</summary>
    private static (long[] Prices, int[] Ranks) Rank(IReadOnlyList<Order> sequence)
    {
        var prices = new long[sequence.Count];
        var ranks = new int[sequence.Count];
        for (var i = 0; i < ranks.Length; i++)
        {
            (prices[i], ranks[i]) = (sequence[i].Price.MicroEurPerKWh, i);
        }

        Array.Sort(prices, ranks);
        var rankOf = new int[ranks.Length];
        var count = 0;
        for (var i = 0; i < prices.Length; i++)
        {
            if (i == 0 || prices[i] != prices[count - 1])
            {
                prices[count++] = prices[i];
            }

            rankOf[ranks[i]] = count - 1;
        }

        return (prices[..count], rankOf);
    }

    private struct TradeList(List<SessionTrade> trades, long[] unfilled, long[] prices) : IExecutionSink
    {
        public readonly List<SessionTrade> Trades => trades;

        public bool TakerBuys { get; set; }

        public readonly void Executed(in Execution execution)
        {
            var (maker, taker) = ((int)execution.MakerId, (int)execution.TakerId);
            unfilled[maker] -= execution.Energy.WattHours;
            unfilled[taker] -= execution.Energy.WattHours;
            var price = new Price(prices[(int)execution.Price.MicroEurPerKWh]);
            trades.Add(TakerBuys ? new SessionTrade(taker, maker, execution.Energy, price) : new SessionTrade(maker, taker, execution.Energy, price));
        }

        /// <summary>What was withdrawn stays unfilled.</summary>
        public readonly void Removed(in Removal removal)
        {
        }
    }
}
