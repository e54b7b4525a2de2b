using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>What can be said about options before anything is tried.</summary>
internal static class ExchangeOptionsCheck
{
    /// <exception cref="ExchangeStartException">The first thing that cannot be.</exception>
    public static void Check(ExchangeOptions options)
    {
        try
        {
            _ = new Topics(options.Community);
        }
        catch (ArgumentException wrong)
        {
            throw new ExchangeStartException($"Exchange:Community is '{options.Community}'. {wrong.Message}", wrong);
        }

        Require(!options.Members.IsDefaultOrEmpty, "Exchange:Members is empty: a market needs members.");
        var seen = new HashSet<string>();
        foreach (var member in options.Members)
        {
            Require(Topics.IsMemberAddress(member.Id.Value), $"Exchange:Members: '{member.Id}' is not an address in lower case.");
            Require(seen.Add(member.Id.Value), $"Exchange:Members: {member.Id} is there twice.");
            Require(member.ConnectionWatts is > 0 and <= 10_000_000, $"Exchange:Members: {member.Name}'s ConnectionWatts is {member.ConnectionWatts}; it must be from 1 to 10000000.");
        }

        Require(options.Rounds is null or > 0, $"Exchange:Rounds is {options.Rounds}; it must be 1 or more, or absent.");
        Require(options.MessagesPerMemberAndSecond > 0, "Exchange:MessagesPerMemberAndSecond must be 1 or more.");
        Require(options.Rules.Floor <= options.Rules.Cap && options.Rules.TickMicroEurPerKWh > 0, "Exchange:Rules: the floor must not be above the cap, and the tick must be 1 or more.");
        Require(options.Rules.KThousandths is >= 0 and <= 1000, "Exchange:Rules:KThousandths must be from 0 to 1000.");
        CheckNetwork(options.Rules);
        var mechanism = options.Rules.Mechanism;
        Require(
            !mechanism.TakesMoneyIn() || options.Rules.Accounts.Community is not null,
            $"Exchange:Rules:CommunityAccount is missing: the mechanism {mechanism.Code()} takes in money that no seller gets, and it needs an account to go to.");
        Require(
            options.Rules.ImbalanceSpread >= default(Price) && options.Rules.ImbalanceSpread <= options.Rules.Cap,
            $"Exchange:Rules:ImbalanceSpreadMicroEurPerKWh is {options.Rules.ImbalanceSpread}; it must be from 0 to the cap.");
        Require(
            options.Rules.ImbalanceSpread == default || options.Rules.Accounts.Community is not null,
            "Exchange:Rules:CommunityAccount is missing: the imbalance spread needs an account to go to.");
        Require(options.Log is "none" or "text" or "json", $"Exchange:Log is '{options.Log}'; it must be none, text or json.");
        Require(
            Uri.TryCreate(options.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            $"Exchange:Url is '{options.Url}'; write http://127.0.0.1:8080.");
    }

    private static void CheckNetwork(MarketRules rules)
    {
        if (rules.Network.IsCopperPlate)
        {
            return;
        }

        var code = rules.Mechanism.Code();
        Require(rules.Mechanism.KnowsFees(), $"Exchange:Rules:Network: the mechanism {code} knows no zones; choose uniform.");
        Require(rules.Mechanism.KnowsLimits() || !rules.Network.HasLimits, $"Exchange:Rules:Network: the mechanism {code} knows fees between zones, but no limits; choose uniform.");
        foreach (var line in rules.Network.Lines)
        {
            Require(
                rules.IsOnTick(line.Fee) && line.Fee <= rules.Cap,
                $"Exchange:Rules:Network: the fee from '{line.Seller}' to '{line.Buyer}' is {line.Fee}; it must be a multiple of the tick and not above the cap.");
        }

        Require(rules.Accounts.GridOperator is not null || rules.Network.Lines.All(line => line.Fee == default), "Exchange:Rules:GridAccount is missing: the network has fees.");
        Require(rules.Accounts.Community is not null || rules.Network.Lines.All(line => line.Capacity is null), "Exchange:Rules:CommunityAccount is missing: a line with a limit can earn congestion rent.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ExchangeStartException(otherwise);
        }
    }
}
