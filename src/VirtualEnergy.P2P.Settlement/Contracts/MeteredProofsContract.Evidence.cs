using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;
using static VirtualEnergy.P2P.Settlement.Contracts.MeteredWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <content>Fraud with metered batches: <c>contracts/interfaces/IMeteredProofs.sol</c>.</content>
public sealed partial class MeteredProofsContract
{
    private const string InBatch = $"address escrow, {BatchType} batch";
    private const string AtPosition = $"{InBatch}, {HeadType} head, {PlacedPositionType} placed";
    private const string WithTraded = $"bytes32 tradesTree, {OutcomeType} outcome";
    private const string BeforeEntry = $"{OutcomeType} outcome, {EntryGapType} gap";
    private const string TradeAt = $"{TradeType} trade, uint256 index, bytes32[] siblings";

    private static readonly AbiFunction ProveForgedReading = new($"proveForgedReading({AtPosition}, bytes32 digest, bytes signature)");
    private static readonly AbiFunction ProveOtherReading = new($"proveOtherReading({AtPosition}, {ReadingType} reading, bytes32 signatureHash)");
    private static readonly AbiFunction ProveOtherTraded = new($"proveOtherTraded({AtPosition}, {SettledType} traded, {WithTraded}, {EntryGapType} gap)");
    private static readonly AbiFunction ProveWrongSums = new($"proveWrongSums({InBatch}, {HeadType} head, {PositionGapType} gap)");
    private static readonly AbiFunction ProveWrongShare = new($"proveWrongShare({AtPosition})");

    private static readonly AbiFunction ProveOtherMatched =
        new($"proveOtherMatched({InBatch}, {HeadType} head, {PositionGapType} positions, {WithTraded}, {EntryGapType} entries, address member)");

    private static readonly AbiFunction ProveWrongBalancingTrade = new($"proveWrongBalancingTrade({InBatch}, {HeadType} head, {TradeAt}, bytes32 outcome)");

    private static readonly AbiFunction ProveWrongPrices =
        new($"proveWrongPrices({InBatch}, {HeadType} head, {SettledType} traded, {RulesType} rules, bytes constants, {WithTraded})");

    private static readonly AbiFunction ProveEntriesOutOfOrder = new($"proveEntriesOutOfOrder({InBatch}, bytes32 tradesTree, {BeforeEntry})");
    private static readonly AbiFunction ProveWrongEntry = new($"proveWrongEntry({InBatch}, {RulesType} rules, {BeforeEntry}, {TradeType} trade, bytes32[] siblings)");
    private static readonly AbiFunction ProveEntryWithoutTrade = new($"proveEntryWithoutTrade({InBatch}, bytes32 tradesTree, {BeforeEntry})");
    private static readonly AbiFunction ProveTradeNotBooked = new($"proveTradeNotBooked({InBatch}, {RulesType} rules, {BeforeEntry}, {TradeAt}, address member)");
    private static readonly AbiFunction ProveWrongDelta = new($"proveWrongDelta({InBatch}, bytes32 tradesTree, {BeforeEntry}, address member, uint256[] deltas, {PartPlace.Type} place)");

    /// <summary>Proves that a reading which a position names bears another signature than that of the member's meter.</summary>
    /// <param name="digest">What was signed.</param>
    public Task<TransactionReceipt> ProveForgedReadingAsync(
        TransactionSender sender, SettledMeteredBatch batch, int position, Hash256 digest, ImmutableArray<byte> signature, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveForgedReading, batch, [.. At(batch, position), digest, signature], cancellationToken);

    /// <summary>Proves that the reading which a position names is another member's, another period's, or shows another net energy.</summary>
    public Task<TransactionReceipt> ProveOtherReadingAsync(
        TransactionSender sender, SettledMeteredBatch batch, int position, MeteredEnergy reading, ImmutableArray<byte> signature, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveOtherReading, batch, [.. At(batch, position), MeteredWords.Of(reading), Keccak256.Hash(signature.AsSpan())], cancellationToken);

    /// <summary>Proves that a member traded another net energy in the metered period than her position says.</summary>
    /// <param name="traded">The metered period as it was settled, with what stands on it now.</param>
    public Task<TransactionReceipt> ProveOtherTradedAsync(
        TransactionSender sender, SettledMeteredBatch batch, int position, SettledRound traded, CancellationToken cancellationToken)
    {
        var gap = EvidenceWords.Gap(traded.Trades, traded.Trades.Behind(batch.Deviations.Positions[position].Settled.Position.Member));
        return ProveAsync(
            sender, ProveOtherTraded, batch,
            [.. At(batch, position), EvidenceWords.Of(traded.Settled), traded.Trades.Tree, Outcome(traded.Trades), gap], cancellationToken);
    }

    /// <summary>Proves that the sums over the positions are wrong before a place, or the two positions around it out of order, or the one there of no member.</summary>
    /// <param name="place">From 0 to the number of positions, where the totals stand.</param>
    public Task<TransactionReceipt> ProveWrongSumsAsync(
        TransactionSender sender, SettledMeteredBatch batch, int place, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveWrongSums, batch, [Head(batch.Deviations), MeteredWords.Gap(batch.Deviations, place)], cancellationToken);

    /// <summary>Proves that a position's matched part is not its share, rounded down or up.</summary>
    public Task<TransactionReceipt> ProveWrongShareAsync(
        TransactionSender sender, SettledMeteredBatch batch, int position, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveWrongShare, batch, At(batch, position), cancellationToken);

    /// <summary>Proves that a member's balancing trades are not her position's matched part; without a position she has none.</summary>
    public Task<TransactionReceipt> ProveOtherMatchedAsync(
        TransactionSender sender, SettledMeteredBatch batch, MemberId member, CancellationToken cancellationToken)
    {
        var (deviations, trades) = (batch.Deviations, batch.Deviations.Trades);
        var behind = PositionalTree.PlaceIn(deviations.Positions, position => position.Settled.Position.Member.CompareTo(member) <= 0);
        return ProveAsync(
            sender, ProveOtherMatched, batch,
            [
                Head(deviations), MeteredWords.Gap(deviations, behind), trades.Tree, Outcome(trades), EvidenceWords.Gap(trades, trades.Behind(member)),
                Address.FromMember(member),
            ],
            cancellationToken);
    }

    /// <summary>Proves that a balancing trade is not at the head's price and spread, has a fee, or is none.</summary>
    public Task<TransactionReceipt> ProveWrongBalancingTradeAsync(
        TransactionSender sender, SettledMeteredBatch batch, int trade, CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveWrongBalancingTrade, batch, [Head(batch.Deviations), .. TradeAtPlace(batch, trade), batch.Deviations.Trades.Outcome], cancellationToken);

    /// <summary>Proves that the head's prices are not those that the rules make of the metered period's price.</summary>
    /// <param name="traded">The metered period as it was settled, with what stands on it now.</param>
    public Task<TransactionReceipt> ProveWrongPricesAsync(
        TransactionSender sender, SettledMeteredBatch batch, SettledRound traded, CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveWrongPrices, batch,
            [
                Head(batch.Deviations), EvidenceWords.Of(traded.Settled), EvidenceWords.Of(batch.Rules), batch.Rules.Encoded, traded.Trades.Tree,
                Outcome(traded.Trades),
            ],
            cancellationToken);

    /// <summary>As <see cref="FraudProofsContract.ProveEntriesOutOfOrderAsync"/>, of balancing trades.</summary>
    public Task<TransactionReceipt> ProveEntriesOutOfOrderAsync(
        TransactionSender sender, SettledMeteredBatch batch, int entry, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveEntriesOutOfOrder, batch, [batch.Deviations.Trades.Tree, .. Before(batch, entry)], cancellationToken);

    /// <summary>As <see cref="FraudProofsContract.ProveWrongEntryAsync"/>, of balancing trades.</summary>
    public Task<TransactionReceipt> ProveWrongEntryAsync(
        TransactionSender sender, SettledMeteredBatch batch, int entry, CancellationToken cancellationToken)
    {
        var trades = batch.Deviations.Trades;
        var trade = trades.Ledger[entry].Trade;
        return ProveAsync(
            sender, ProveWrongEntry, batch,
            [EvidenceWords.Of(batch.Rules), .. Before(batch, entry), EvidenceWords.Of(trades.Trades[trade]), EvidenceWords.Of(trades.TradeSiblings(trade))],
            cancellationToken);
    }

    /// <summary>As <see cref="FraudProofsContract.ProveEntryWithoutTradeAsync"/>, of balancing trades.</summary>
    public Task<TransactionReceipt> ProveEntryWithoutTradeAsync(
        TransactionSender sender, SettledMeteredBatch batch, int entry, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveEntryWithoutTrade, batch, [batch.Deviations.Trades.Tree, .. Before(batch, entry)], cancellationToken);

    /// <summary>As <see cref="FraudProofsContract.ProveTradeNotBookedAsync"/>, of balancing trades.</summary>
    public Task<TransactionReceipt> ProveTradeNotBookedAsync(
        TransactionSender sender, SettledMeteredBatch batch, int trade, MemberId member, CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveTradeNotBooked, batch,
            [
                EvidenceWords.Of(batch.Rules), .. Before(batch, batch.Deviations.Trades.PlaceOf(member, trade)), .. TradeAtPlace(batch, trade),
                Address.FromMember(member),
            ],
            cancellationToken);

    /// <summary>As <see cref="FraudProofsContract.ProveWrongDeltaAsync"/>, of the metered batch's own deltas.</summary>
    public Task<TransactionReceipt> ProveWrongDeltaAsync(
        TransactionSender sender, SettledMeteredBatch batch, MemberId member, ImmutableArray<BigInteger> deltas, CancellationToken cancellationToken, PartPlace? place = null) =>
        ProveAsync(
            sender, ProveWrongDelta, batch,
            [
                batch.Deviations.Trades.Tree, .. Before(batch, batch.Deviations.Trades.Behind(member)), Address.FromMember(member),
                deltas.Select(word => (object)word).ToArray(), (place ?? PartPlace.Whole).ToAbi(),
            ],
            cancellationToken);

    private static object[] At(SettledMeteredBatch batch, int position) => [Head(batch.Deviations), Placed(batch.Deviations, position)];

    private static object[] Before(SettledMeteredBatch batch, int entry) => [Outcome(batch.Deviations.Trades), EvidenceWords.Gap(batch.Deviations.Trades, entry)];

    private static object[] TradeAtPlace(SettledMeteredBatch batch, int trade) =>
        [EvidenceWords.Of(batch.Deviations.Trades.Trades[trade]), trade, EvidenceWords.Of(batch.Deviations.Trades.TradeSiblings(trade))];

    private Task<TransactionReceipt> ProveAsync(
        TransactionSender sender, AbiFunction function, SettledMeteredBatch batch, object[] evidence, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, function.Encode([batch.Escrow, MeteredWords.Of(batch), .. evidence]), cancellationToken);
}
