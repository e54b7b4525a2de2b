using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a node makes of the exchange's word: a promise that is broken is told, and a result beyond the home's own bid is not obeyed. Not safe for concurrent use.</summary>
/// <param name="member">Whose trades count.</param>
/// <param name="logger">Told of both.</param>
internal sealed class ResultCheck(MemberId member, ILogger logger)
{
    private readonly SeedPromises _seeds = new();
    private Period? _first;

    public void Announced(RoundAnnouncement round)
    {
        _first ??= round.Period;
        Report(_seeds.Announced(round));
    }

    /// <summary>A seed other than the promised one is told, and obeyed all the same where it keeps the bid: the trades stand, and whoever audits the round has both hashes.</summary>
    public void Revealed(RoundResult result, MarketRules rules) => Report(_seeds.Revealed(result, rules.Mechanism.DrawsLots()));

    /// <summary>What the home is to take, + bought: by its trades, or by its own answer where a price is all that there is.</summary>
    /// <param name="bid">The home's last bid for the period; null where it made none.</param>
    /// <returns>And whether that is by the result.</returns>
    public (Energy Traded, bool IsObeyed) Allotted(JoinedMarket market, RoundResult result, Bid? bid)
    {
        if (market.Description.Rules.RealTimePrice is not null || OwnTrades.KeepTheBid(result.Trades, member, bid))
        {
            return (AllottedBefore(market, result), true);
        }

        if (bid is null && !(_first <= result.Period))
        {
            logger.LogInformation("Period {Period} was traded before this node started, so that its bid is not known here: the home runs it by its own plan.", result.Period);
            return (Energy.Zero, false);
        }

        // Not obeyed: the devices are the member's. What the chain then says can be disputed with the signed bid.
        logger.LogError("The result of period {Period} gives this home {Traded} against its bid; it is not obeyed.", result.Period, OwnTrades.NetEnergy(result.Trades, member));
        return (Energy.Zero, false);
    }

    /// <summary>The same of a result that was held against the bid when it came, before this start.</summary>
    public Energy AllottedBefore(JoinedMarket market, RoundResult result) => market.Description.Rules.RealTimePrice is null ? OwnTrades.NetEnergy(result.Trades, member)
        : result.Price is { } price ? market.Agent.ResponseTo(result.Period, price) : Energy.Zero;

    private void Report(string? broken)
    {
        if (broken is not null)
        {
            logger.LogError("The exchange broke its word: {Broken}", broken);
        }
    }
}
