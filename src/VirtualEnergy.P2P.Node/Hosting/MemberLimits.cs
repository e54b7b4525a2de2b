using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a member allows her agent in the market while the node runs. Her word: it can only make a bid smaller or cheaper.</summary>
/// <param name="IsPaused">No energy is bid for. An empty bid goes out, so that a round that waits for every member does not wait for her.</param>
/// <param name="MostPrice">The most she pays a kWh, premiums and fees included, µEUR/kWh; null where she leaves that to the agent.</param>
/// <param name="MostADay">The most that leaves her on a day of UTC, µEUR; null without a bound.</param>
public readonly record struct MemberLimits(bool IsPaused = false, Price? MostPrice = null, Money? MostADay = null)
{
    /// <summary>The bid within these limits: dearer buy steps come down to the price, and the whole to what the day has left.</summary>
    /// <param name="bid">As the agent built it.</param>
    /// <param name="spent">What has left the member on the bid's day already.</param>
    /// <param name="rules">Tick and floor.</param>
    public Bid ApplyTo(Bid bid, Money spent, MarketRules rules)
    {
        if (IsPaused)
        {
            return bid with { Buy = [], Sell = [], Preferences = default };
        }

        var bounded = MostPrice is { } most ? NoDearerThan(bid, most, rules) : bid;
        return MostADay is { } day ? BidTrimming.Within(bounded, day - spent) : bounded;
    }

    private static Bid NoDearerThan(Bid bid, Price most, MarketRules rules)
    {
        // A premium comes on top of a step's price where the energy has the preferred origin: both together stay within the limit.
        var limit = OnTick(checked(most.MicroEurPerKWh - bid.Preferences.Most.MicroEurPerKWh), rules);
        if (bid.Buy.IsEmpty || bid.Buy[0].Price <= limit)
        {
            return bid;
        }

        var lowered = bid.Buy.Where(step => step.Price >= limit).Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
        var cheaper = bid.Buy.Where(step => step.Price < limit);
        ImmutableArray<Step> buy = limit < rules.Floor ? [.. cheaper] : [new Step(limit, lowered), .. cheaper];
        return bid with { Buy = buy, Preferences = bid.Preferences.For(buy, bid.Sell) };
    }

    private static Price OnTick(long microEurPerKWh, MarketRules rules)
    {
        var over = microEurPerKWh % rules.TickMicroEurPerKWh;
        return new Price(microEurPerKWh - (over < 0 ? over + rules.TickMicroEurPerKWh : over));
    }
}
