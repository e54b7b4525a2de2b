using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The parts of evidence in the ABI's form, and their types as <c>contracts/libraries/CommittedRounds.sol</c> states them.</summary>
internal static class EvidenceWords
{
    public const string SettledType = "(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash, bytes32 metered)";
    public const string RulesType = "(bytes32 constants, address gridOperator, address community, uint8 flags)";
    public const string OutcomeType = "(uint256 tradeCount, uint256 entryCount, bytes32 ledger, int256 price, uint256 premiumBid, bytes32 margins)";

    public const string MarginsType =
        "(int64 buy, uint64 buyBid, int64 sell, uint64 sellBid, int64 unfilledBuy, uint64 unfilledBuyBid, int64 unfilledSell, uint64 unfilledSellBid)";

    public const string BidLeafType = "(bytes32 bidHash, address member, uint64 number, bytes32 signatureHash)";
    public const string EntryType = "(address member, uint256 trade, int256 money, uint256 bought, uint256 sold)";

    public const string TradeType =
        "(address buyer, address seller, uint64 energy, int64 price, int64 amount, int64 gridFee, int64 spread, uint8 quality)";

    public const string BidGapType =
        $"(uint256 count, uint256 place, {BidLeafType} left, bytes32[] leftSiblings, {BidLeafType} right, bytes32[] rightSiblings)";

    public const string EntryGapType =
        $"(uint256 place, {EntryType} left, bytes32[] leftSiblings, {EntryType} right, bytes32[] rightSiblings)";

    public const string BidType =
        "(address member, uint64 period, uint64 number, (int64 price, uint64 energy)[] buy, (int64 price, uint64 energy)[] sell, "
        + "(uint64 greenPremium, uint64 localPremium, address partner, uint64 partnerPremium) preferences)";

    public static object[] Of(SettledPeriod settled) =>
        [settled.Period.Index, settled.BidsRoot, settled.TradesRoot, settled.DeltasHash, settled.Metered];

    public static object[] Of(CommittedRules rules) => [rules.Constants, rules.GridOperator, rules.Community, (int)rules.Promises];

    public static object[] Outcome(CommittedTrades trades) =>
        [trades.Trades.Length, trades.Ledger.Length, trades.LedgerTree, trades.Price.MicroEurPerKWh, trades.PremiumBid, trades.Margins.Hash];

    public static object[] Of(RoundMargins margins) => [.. margins.ToWords().Select(word => (object)word)];

    public static object[] Leaf(SignedBid signed) =>
        [signed.Hash, Address.FromMember(signed.Bid.Member), signed.Bid.Number, CommittedBids.SignatureHash(signed)];

    public static object[] Of(Market.Rounds.Trade trade) =>
    [
        Address.FromMember(trade.Buyer), Address.FromMember(trade.Seller), trade.Energy.WattHours, trade.Price.MicroEurPerKWh,
        trade.Amount.MicroEur, trade.GridFeeAmount.MicroEur, trade.SpreadAmount.MicroEur, (int)trade.Quality,
    ];

    public static object[] Of(LedgerEntry entry) =>
        [Address.FromMember(entry.Member), entry.Trade, entry.Money.MicroEur, entry.Bought.WattHours, entry.Sold.WattHours];

    /// <summary>The gap before a place: what stands on either side of it, and nothing at the ends.</summary>
    public static object[] Gap(CommittedBids bids, int place)
    {
        object[] none = [default(Hash256), Address.Zero, 0, default(Hash256)];
        var (hasLeft, hasRight) = (place > 0, place < bids.Bids.Length);
        return
        [
            bids.Bids.Length, place,
            hasLeft ? Leaf(bids.Bids[place - 1]) : none, hasLeft ? Of(bids.Siblings(place - 1)) : [],
            hasRight ? Leaf(bids.Bids[place]) : none, hasRight ? Of(bids.Siblings(place)) : [],
        ];
    }

    /// <inheritdoc cref="Gap(CommittedBids, int)"/>
    public static object[] Gap(CommittedTrades trades, int place)
    {
        object[] none = [Address.Zero, 0, 0, 0, 0];
        var (hasLeft, hasRight) = (place > 0, place < trades.Ledger.Length);
        return
        [
            place,
            hasLeft ? Of(trades.Ledger[place - 1]) : none, hasLeft ? Of(trades.EntrySiblings(place - 1)) : [],
            hasRight ? Of(trades.Ledger[place]) : none, hasRight ? Of(trades.EntrySiblings(place)) : [],
        ];
    }

    public static object[] Of(ImmutableArray<Hash256> siblings) => [.. siblings.Select(hash => (object)hash)];

    public static object[] Of(Bid bid) =>
        [Address.FromMember(bid.Member), bid.Period.Index, bid.Number, Of(bid.Buy), Of(bid.Sell), Of(bid.Preferences)];

    private static object[] Of(ImmutableArray<Step> steps) =>
        [.. steps.Select(step => (object)new object[] { step.Price.MicroEurPerKWh, step.Energy.WattHours })];

    private static object[] Of(Preferences preferences) =>
    [
        preferences.GreenPremium.MicroEurPerKWh, preferences.LocalPremium.MicroEurPerKWh,
        preferences.Partner is { } partner ? Address.FromMember(partner) : Address.Zero, preferences.PartnerPremium.MicroEurPerKWh,
    ];
}
