using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <content>Fraud between trades and money: <c>contracts/interfaces/ILedgerProofs.sol</c>.</content>
public sealed partial class FraudProofsContract
{
    private const string LedgerGap = $"{OutcomeType} outcome, {EntryGapType} gap";

    private static readonly AbiFunction ProveEntriesOutOfOrder =
        new($"proveEntriesOutOfOrder(address escrow, {SettledType} settled, bytes32 tradesTree, {LedgerGap})");

    private static readonly AbiFunction ProveWrongEntry =
        new($"proveWrongEntry(address escrow, {SettledType} settled, {RulesType} rules, {LedgerGap}, {TradeType} trade, bytes32[] siblings)");

    private static readonly AbiFunction ProveEntryWithoutTrade =
        new($"proveEntryWithoutTrade(address escrow, {SettledType} settled, {RulesType} rules, bytes32 tradesTree, {LedgerGap})");

    private static readonly AbiFunction ProveTradeNotBooked =
        new($"proveTradeNotBooked(address escrow, {SettledType} settled, {RulesType} rules, {LedgerGap}, {TradeAtPlace}, address member)");

    private static readonly AbiFunction ProveWrongDelta =
        new($"proveWrongDelta(address escrow, {SettledType} settled, bytes32 tradesTree, {LedgerGap}, address member, uint256[] deltas, {PartPlace.Type} place)");

    private static readonly AbiFunction ProveWrongBatch = new(
        $"proveWrongBatch(address escrow, ({SettledType} settled, bytes32 tradesTree, {OutcomeType} outcome, {EntryGapType} gap)[] periods, address member, uint256[] deltas, {PartPlace.Type} place)");

    /// <summary>Proves that an entry and the one before it are not in the order of members and trades.</summary>
    public Task<TransactionReceipt> ProveEntriesOutOfOrderAsync(
        TransactionSender sender, SettledRound round, int entry, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveEntriesOutOfOrder, round, [round.Trades.Tree, .. Before(round, entry)], cancellationToken);

    /// <summary>Proves that an entry is not what the one before it and its trade come to.</summary>
    public Task<TransactionReceipt> ProveWrongEntryAsync(
        TransactionSender sender, SettledRound round, int entry, CancellationToken cancellationToken)
    {
        var trade = round.Trades.Ledger[entry].Trade;
        return ProveAsync(
            sender, ProveWrongEntry, round,
            [Of(round.Rules), .. Before(round, entry), Of(round.Trades.Trades[trade]), Of(round.Trades.TradeSiblings(trade))], cancellationToken);
    }

    /// <summary>Proves that an entry belongs to no trade.</summary>
    public Task<TransactionReceipt> ProveEntryWithoutTradeAsync(
        TransactionSender sender, SettledRound round, int entry, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveEntryWithoutTrade, round, [Of(round.Rules), round.Trades.Tree, .. Before(round, entry)], cancellationToken);

    /// <summary>Proves that a trade is not booked for somebody whom it concerns.</summary>
    public Task<TransactionReceipt> ProveTradeNotBookedAsync(
        TransactionSender sender, SettledRound round, int trade, MemberId member, CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveTradeNotBooked, round,
            [
                Of(round.Rules), .. Before(round, round.Trades.PlaceOf(member, trade)), .. AtPlace(round.Trades, trade), Address.FromMember(member),
            ],
            cancellationToken);

    /// <summary>Proves that a member did not get what the ledger says she came to.</summary>
    /// <param name="deltas">All words of the period, as settled; of a batch in parts, those of the part that her slot belongs to.</param>
    /// <param name="place">Where that part is; null for a batch in one piece.</param>
    public Task<TransactionReceipt> ProveWrongDeltaAsync(
        TransactionSender sender, SettledRound round, MemberId member, ImmutableArray<BigInteger> deltas, CancellationToken cancellationToken, PartPlace? place = null) =>
        ProveAsync(
            sender, ProveWrongDelta, round,
            [
                round.Trades.Tree, .. Before(round, round.Trades.Behind(member)), Address.FromMember(member),
                deltas.Select(word => (object)word).ToArray(), (place ?? PartPlace.Whole).ToAbi(),
            ],
            cancellationToken);

    /// <summary>Proves the same where balances move every so many periods.</summary>
    /// <param name="rounds">All the rounds whose money moved together, in their order; the escrow must still have all of them in its window.</param>
    /// <param name="deltas">All words of the last of them, as settled; likewise.</param>
    /// <param name="place">Likewise.</param>
    public Task<TransactionReceipt> ProveWrongBatchAsync(
        TransactionSender sender, ImmutableArray<SettledRound> rounds, MemberId member, ImmutableArray<BigInteger> deltas, CancellationToken cancellationToken,
        PartPlace? place = null)
    {
        object[] periods =
        [
            .. rounds.Select(round => (object)new object[]
            {
                Of(round.Settled), round.Trades.Tree, Outcome(round.Trades), Gap(round.Trades, round.Trades.Behind(member)),
            }),
        ];
        var data = ProveWrongBatch.Encode(rounds[^1].Escrow, periods, Address.FromMember(member), deltas.Select(word => (object)word).ToArray(), (place ?? PartPlace.Whole).ToAbi());
        return sender.SendAndConfirmAsync(Address, data, cancellationToken);
    }

    private static object[] Before(SettledRound round, int entry) => [Outcome(round.Trades), Gap(round.Trades, entry)];
}
