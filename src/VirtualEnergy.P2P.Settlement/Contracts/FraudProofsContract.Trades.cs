using System.Numerics;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <content>Fraud with trades: <c>contracts/interfaces/ITradeProofs.sol</c>.</content>
public sealed partial class FraudProofsContract
{
    private const string TradeAtPlace = $"{TradeType} trade, uint256 index, bytes32[] siblings";

    private const string TradeAndBid =
        $"(bytes32 deltasHash, bytes32 metered, bytes32 outcome, {TradeType} trade, bytes32[] tradeSiblings, uint256 places, bytes32 signatureHash, "
        + "bytes32[] bidSiblings)";

    private const string BidAndTotals =
        $"(bytes32 tradesTree, {OutcomeType} outcome, uint256 bidIndex, uint256 bidCount, bytes32 signatureHash, bytes32[] bidSiblings, {EntryGapType} gap)";

    private static readonly AbiFunction ProveTradeOutsideBid = new($"proveTradeOutsideBid(address escrow, {TradeAndBid} proof, {BidType} bid)");

    private static readonly AbiFunction ProveImpossibleTrade =
        new($"proveImpossibleTrade(address escrow, {SettledType} settled, {TradeAtPlace}, bytes32 outcome)");

    private static readonly AbiFunction ProveOtherPrice =
        new($"proveOtherPrice(address escrow, {SettledType} settled, {RulesType} rules, {OutcomeType} outcome, {TradeAtPlace})");

    private static readonly AbiFunction ProveUnfilledStep =
        new($"proveUnfilledStep(address escrow, {SettledType} settled, {RulesType} rules, {BidAndTotals} proof, {BidType} bid)");

    private static readonly AbiFunction ProveNoPremium =
        new($"proveNoPremium(address escrow, {SettledType} settled, {RulesType} rules, {BidAndTotals} proof, {BidType} bid)");

    /// <summary>Proves that a trade buys or sells more than its member's bid offers at the trade's price.</summary>
    /// <param name="bid">The buyer's or the seller's, by its place.</param>
    public Task<TransactionReceipt> ProveTradeOutsideBidAsync(
        TransactionSender sender, SettledRound round, int trade, int bid, CancellationToken cancellationToken)
    {
        var signed = round.Bids.Bids[bid];
        object[] proof =
        [
            round.Settled.DeltasHash, round.Settled.Metered, round.Trades.Outcome, Of(round.Trades.Trades[trade]),
            Of(round.Trades.TradeSiblings(trade)), ((BigInteger)round.Bids.Bids.Length << 128) | ((BigInteger)bid << 64) | trade,
            CommittedBids.SignatureHash(signed), Of(round.Bids.Siblings(bid)),
        ];
        return sender.SendAndConfirmAsync(Address, ProveTradeOutsideBid.Encode(round.Escrow, proof, Of(signed.Bid)), cancellationToken);
    }

    /// <summary>Proves that a trade is not between two registered members, has no energy, or another amount than its energy times its price.</summary>
    public Task<TransactionReceipt> ProveImpossibleTradeAsync(
        TransactionSender sender, SettledRound round, int trade, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveImpossibleTrade, round, [.. AtPlace(round.Trades, trade), round.Trades.Outcome], cancellationToken);

    /// <summary>Proves that a trade of a market with one price for all is at another one, or has a fee.</summary>
    public Task<TransactionReceipt> ProveOtherPriceAsync(
        TransactionSender sender, SettledRound round, int trade, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveOtherPrice, round, [Of(round.Rules), Outcome(round.Trades), .. AtPlace(round.Trades, trade)], cancellationToken);

    /// <summary>Proves that a bid was better than the one price and did not get all of it.</summary>
    public Task<TransactionReceipt> ProveUnfilledStepAsync(
        TransactionSender sender, SettledRound round, int bid, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveUnfilledStep, round, WithTotals(round, bid), cancellationToken);

    /// <summary>Proves that the bid for whose premiums a round is said to have more than one price offers none.</summary>
    /// <param name="bid">Its place; any, where the round names a place that no bid has.</param>
    public Task<TransactionReceipt> ProveNoPremiumAsync(
        TransactionSender sender, SettledRound round, int bid, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveNoPremium, round, WithTotals(round, bid), cancellationToken);

    private static object[] AtPlace(CommittedTrades trades, int trade) => [Of(trades.Trades[trade]), trade, Of(trades.TradeSiblings(trade))];

    private static object[] WithTotals(SettledRound round, int bid)
    {
        var signed = round.Bids.Bids[bid];
        object[] proof =
        [
            round.Trades.Tree, Outcome(round.Trades), bid, round.Bids.Bids.Length, CommittedBids.SignatureHash(signed), Of(round.Bids.Siblings(bid)),
            Gap(round.Trades, round.Trades.Behind(signed.Bid.Member)),
        ];
        return [Of(round.Rules), proof, Of(signed.Bid)];
    }
}
