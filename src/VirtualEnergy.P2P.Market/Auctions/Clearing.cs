using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>What an auction answers: one price, one volume, and who is filled how far.</summary>
/// <param name="Price">µEUR/kWh, or null when nothing trades.</param>
/// <param name="Interval">The competitive interval that the price was clipped into; null when nothing trades.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Fills">Filled orders only: buys first, best price first, then by key.</param>
public sealed record Clearing(Price? Price, PriceInterval? Interval, Energy Volume, ImmutableArray<Fill> Fills)
{
    public static readonly Clearing Nothing = new(null, null, Energy.Zero, []);
}
