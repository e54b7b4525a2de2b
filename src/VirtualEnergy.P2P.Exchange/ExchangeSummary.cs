using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>What a run came to, from the journal's first round on.</summary>
/// <param name="Periods">Cleared rounds.</param>
/// <param name="Bids">Bids that counted.</param>
/// <param name="GasTotal">Gas of all settlements.</param>
/// <param name="GasPerTrade">Gas of the settlements over all trades settled; null without a trade.</param>
/// <param name="PriceMin">µEUR/kWh, over the rounds that had a price; null where none had.</param>
/// <param name="PriceMean">The plain mean of the rounds that had a price, each counted once, rounded down. µEUR/kWh.</param>
/// <param name="SelfSufficiencyWithout">Share of consumption that the homes cover by themselves, 0 to 1.</param>
/// <param name="SelfSufficiencyWith">The same with what they traded.</param>
/// <param name="Savings">Against buying and selling everything with the supplier.</param>
/// <param name="Balances">The escrow on the chain of each member and account.</param>
public sealed record ExchangeSummary(
    int Periods, int Bids, int Trades, Energy Traded, int SettledRounds, ulong GasTotal, double? GasPerTrade,
    Price? PriceMin, Price? PriceMean, Price? PriceMax, double SelfSufficiencyWithout, double SelfSufficiencyWith, Money Savings,
    ImmutableSortedDictionary<MemberId, Money> Balances)
{
    /// <summary>All members' escrow together.</summary>
    public Money Escrow => Balances.Values.Aggregate(Money.Zero, (sum, balance) => sum + balance);
}
