using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// A continuous double auction for one product: an order trades on arrival with what rests on the other side, best price
/// first and, at one price, oldest first; every trade is at the price of the order that rested.
/// </summary>
/// <remarks>
/// <para>The conventions, and where they come from:</para>
/// <list type="bullet">
/// <item>Price-time priority and the resting order's price: the continuous double auction as in Gould et al., "Limit order
/// books" (Quantitative Finance 13, 2013), and as Europe's intraday market (SIDC) and EPEX SPOT trade; limit and
/// immediate-or-cancel are theirs too. A market order, which they do not have, is an immediate order at the cap or floor.</item>
/// <item>Less energy keeps an order's place in the queue (<see cref="Reduce"/>); anything else is a new order at the end of it
/// (<see cref="Replace{TSink}"/>). That is the practice of FIX venues and of exchange-core.</item>
/// <item>Two orders of one owner never trade. Only orders that would have traded are withdrawn, one after another as the
/// queue is walked, as CME Globex does in its FIFO markets; see <see cref="SelfTradePrevention"/>.</item>
/// <item>Time stands still between two calls of <see cref="AdvanceTo{TSink}"/>. It is any scale that counts up: unix seconds,
/// or a sequence number. Orders that expire by one call leave in the order of their expiry, then of their id.</item>
/// <item>Nothing depends on chance, on a clock or on a hash's order: one sequence of calls has one outcome.</item>
/// </list>
/// <para>Outside input is refused with a <see cref="BookRefusal"/>, never with an exception. Of several reasons the first in
/// the order of that enumeration counts; for <see cref="Replace{TSink}"/> the id and its owner come first.</para>
/// </remarks>
public interface IContinuousBook
{
    ContinuousRules Rules { get; }

    /// <summary>The book's instant; <see cref="long.MinValue"/> until it is first told.</summary>
    long Instant { get; }

    /// <summary>How many orders rest.</summary>
    int Count { get; }

    /// <summary>The highest price at which a buyer waits. Always below <see cref="BestSell"/>.</summary>
    Price? BestBuy { get; }

    /// <summary>The lowest price at which a seller waits.</summary>
    Price? BestSell { get; }

    /// <summary>A copy of one side in the order in which it would trade.</summary>
    IReadOnlyList<RestingOrder> Resting(Side side);

    /// <summary>Trades what can be traded now; the rest of a limit order rests.</summary>
    Outcome Submit<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink;

    /// <summary>
    /// Withdraws the resting order that has this one's id and owner, and submits this one in its stead. A refusal leaves the
    /// resting order where it is.
    /// </summary>
    Outcome Replace<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink;

    /// <summary>Takes energy off a resting order, which keeps its place; all of it, when it holds no more than that.</summary>
    Outcome Reduce(long id, int owner, Energy by);

    /// <summary>Withdraws a resting order.</summary>
    Outcome Cancel(long id, int owner);

    /// <summary>Moves time on; every order whose expiry is not after the new instant leaves.</summary>
    Outcome AdvanceTo<TSink>(long instant, ref TSink sink)
        where TSink : struct, IExecutionSink;
}
