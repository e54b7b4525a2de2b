using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>What is signed of a market's description, and the domain that it names.</summary>
internal static class CurveMarketSigning
{
    public static CurveSigning Signing(this CurveMarketMessage market) => new(new MarketDomain(market.ChainId, Address.Parse(market.Contract)));

    public static CurveMarketTerms Terms(this CurveMarketMessage market) =>
        new(market.Matcher, market.Session, market.IsAuctioneer, market.Basis, market.BidLifetime, market.PeriodSeconds);
}
