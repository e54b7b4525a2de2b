using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>A book and the rules it is cleared by: the default's, but for k and what stands between the zones.</summary>
internal sealed record RandomBook(Order[] Orders, MarketRules Rules);
