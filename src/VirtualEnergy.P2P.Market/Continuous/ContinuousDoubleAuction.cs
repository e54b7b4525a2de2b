using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The continuous double auction over a frozen set of orders: they come to an empty book one after another, and each trades
/// at once with what it finds (<see cref="IContinuousBook"/>).
/// </summary>
/// <remarks>
/// <para>In a round the order of arrival must not matter, so the set has a sequence of its own: by bid hash, which nobody can
/// aim at without changing the bid, then by member; of one bid the buy steps first, best price first, then the sell steps,
/// best price first; of equal steps the larger. Where a true sequence is known, as in a file, <see cref="InSequence"/> takes
/// it as it is.</para>
/// <para>Every pair trades at the price of the order that came first, and is a lot of its own. The price that stands for the
/// round is the average of what sellers get weighted by energy, to the nearest tick, half up, as the indices of Europe's intraday
/// market are averages of its trades. Orders of one member do not trade with each other; the older one is withdrawn.</para>
/// <para>Fees and limits between zones are those of <see cref="ZonalSession"/>. Premiums are not looked at.</para>
/// <para>The volume may pass that of one price for all, and the welfare never does: an order can trade with one that a
/// uniform auction would have left out.</para>
/// </remarks>
public sealed class ContinuousDoubleAuction : IMechanism
{
    /// <inheritdoc/>
    public Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed)
    {
        Order[] sequence = [.. orders];
        Array.Sort(sequence, static (a, b) =>
        {
            var order = a.Key.CompareTo(b.Key);
            order = order != 0 ? order : a.Member.CompareTo(b.Member);
            order = order != 0 ? order : a.Side.CompareTo(b.Side);
            order = order != 0 ? order : a.Side == Side.Buy ? b.Price.CompareTo(a.Price) : a.Price.CompareTo(b.Price);
            order = order != 0 ? order : b.Energy.CompareTo(a.Energy);
            return order != 0 ? order : a.Zone.CompareTo(b.Zone);
        });
        return InSequence(sequence, rules);
    }

    /// <summary>The same for a sequence that the caller knows.</summary>
    /// <param name="sequence">As they come.</param>
    /// <param name="rules">The community's constants.</param>
    /// <param name="termsOf">Types, times and withdrawals; limit orders that wait unless stated. Not over a network, whose session knows limit orders alone.</param>
    /// <param name="prevention">What happens when two orders of one member meet. Over a network the resting one is withdrawn.</param>
    /// <exception cref="OverflowException">A sum does not fit in 64 bits.</exception>
    /// <exception cref="ArgumentException">An order is malformed, or the rules ask for what cannot be done.</exception>
    public static Clearing InSequence(
        IReadOnlyList<Order> sequence, MarketRules rules, Func<Order, OrderTerms>? termsOf = null, SelfTradePrevention prevention = SelfTradePrevention.CancelResting)
    {
        rules.RequireFeesOnTick();
        if (termsOf is not null && !rules.Network.IsCopperPlate)
        {
            throw new ArgumentException("A continuous market with fees between zones knows limit orders only, without times and expiries.", nameof(termsOf));
        }

        if (prevention != SelfTradePrevention.CancelResting && !rules.Network.IsCopperPlate)
        {
            throw new ArgumentException("A continuous market with fees between zones knows cancel-resting only, where two orders of one member meet.", nameof(prevention));
        }

        var session = rules.Network.IsCopperPlate ? ContinuousSession.Run(sequence, prevention, termsOf) : ZonalSession.Run(sequence, rules.Network);
        if (session.Trades.IsEmpty)
        {
            return Clearing.Nothing;
        }

        var volume = session.Trades.Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);
        var lots = session.Trades.Select(trade =>
            new Lot([new Fill(sequence[trade.Buy], trade.Energy), new Fill(sequence[trade.Sell], trade.Energy)], trade.Price) { GridFee = trade.GridFee });
        return new Clearing(Average(session.Trades, rules.TickMicroEurPerKWh), null, volume, Fills(sequence, session.Unfilled)) { Lots = [.. lots] };
    }

    private static ImmutableArray<Fill> Fills(IReadOnlyList<Order> sequence, ImmutableArray<Energy> unfilled) =>
        Ladder.Sorted(Enumerable.Range(0, sequence.Count)
            .Where(place => unfilled[place] < sequence[place].Energy)
            .Select(place => new Fill(sequence[place], sequence[place].Energy - unfilled[place])));

    private static Price Average(ImmutableArray<SessionTrade> trades, long tick)
    {
        var (paid, volume) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var trade in trades)
        {
            paid += (BigInteger)trade.Price.MicroEurPerKWh * trade.Energy.WattHours;
            volume += trade.Energy.WattHours;
        }

        // Nearest tick, half up: ⌊paid / (volume · tick) + ½⌋ ticks.
        var ticks = BigInteger.DivRem(2 * paid + volume * tick, 2 * volume * tick, out var rest) - (rest.Sign < 0 ? 1 : 0);
        return new Price((long)(ticks * tick));
    }
}
