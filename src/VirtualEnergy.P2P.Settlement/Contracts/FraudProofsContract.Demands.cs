using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>A part of a round that can be demanded on the chain.</summary>
public enum RoundPart
{
    /// <summary>How many bids, trades and entries there are, the roots of their trees, and the margins.</summary>
    Heads,

    /// <summary>A bid with its signature.</summary>
    Bid,

    /// <summary>A trade.</summary>
    Trade,

    /// <summary>An entry of the ledger.</summary>
    Entry,
}

/// <summary>Somebody misses a part of a round.</summary>
/// <param name="Escrow">The community's contract.</param>
/// <param name="Period">Of the round.</param>
/// <param name="Place">Of the bid, trade or entry; 0 for the heads.</param>
/// <param name="Deadline">When it counts as withheld.</param>
public sealed record DataDemand(Address Escrow, Period Period, RoundPart Part, int Place, DateTimeOffset Deadline);

/// <content>Data withheld: <c>contracts/interfaces/IDataDemands.sol</c>.</content>
public sealed partial class FraudProofsContract
{
    private const string HeadsType = $"(uint256 count, bytes32 tree) bids, bytes32 tradesTree, {OutcomeType} outcome, {MarginsType} margins";

    private static readonly AbiFunction DemandHeads = new($"demandHeads(address escrow, {SettledType} settled)");
    private static readonly AbiFunction DemandBid = new($"demandBid(address escrow, {SettledType} settled, (uint256 count, bytes32 tree) bids, uint256 place)");

    private static readonly AbiFunction DemandOutcome =
        new($"demandOutcome(address escrow, {SettledType} settled, bytes32 tradesTree, {OutcomeType} outcome, uint8 part, uint256 place)");

    private static readonly AbiFunction AnswerHeads = new($"answerHeads(address escrow, {SettledType} settled, {HeadsType})");

    private static readonly AbiFunction AnswerBid =
        new($"answerBid(address escrow, {SettledType} settled, uint256 count, uint256 place, bytes32[] siblings, {BidType} bid, bytes signature)");

    private static readonly AbiFunction AnswerTrade =
        new($"answerTrade(address escrow, {SettledType} settled, {OutcomeType} outcome, uint256 place, bytes32[] siblings, {TradeType} trade)");

    private static readonly AbiFunction AnswerEntry = new(
        $"answerEntry(address escrow, {SettledType} settled, bytes32 tradesTree, {OutcomeType} outcome, uint256 place, bytes32[] siblings, {EntryType} entry)");

    private static readonly AbiFunction ProveWithheld = new($"proveWithheld(address escrow, {SettledType} settled, uint8 part, uint256 place)");

    private static readonly AbiEvent Demanded =
        new("Demanded(address indexed escrow, uint64 indexed period, bytes32 commitment, uint8 part, uint256 place, uint256 deadline)");

    /// <summary>What a demand costs at least, at this base fee: twice what an answer of 150,000 gas does. wei.</summary>
    /// <remarks>Asked of the contract a node may answer 0: outside a block there is no base fee.</remarks>
    public static BigInteger StakeAt(BigInteger baseFeePerGas) => 2 * 150_000 * baseFeePerGas;

    /// <summary>Demands the heads, which is possible with nothing but what the chain shows.</summary>
    /// <param name="stake">In wei: at least twice what 150,000 gas cost at the block's base fee. It is whoever answers's, or comes back with the proof.</param>
    public Task<TransactionReceipt> DemandHeadsAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, BigInteger stake, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, DemandHeads.Encode(escrow, Of(settled)), stake, cancellationToken);

    /// <summary>Demands a bid, a trade or an entry. Of the round only its heads need be known.</summary>
    /// <param name="stake">As for the heads.</param>
    public Task<TransactionReceipt> DemandAsync(
        TransactionSender sender, SettledRound round, RoundPart part, int place, BigInteger stake, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address,
            part switch
            {
                RoundPart.Heads => DemandHeads.Encode(round.Escrow, Of(round.Settled)),
                RoundPart.Bid => DemandBid.Encode(round.Escrow, Of(round.Settled), BidsHead(round), place),
                _ => DemandOutcome.Encode(round.Escrow, Of(round.Settled), round.Trades.Tree, Outcome(round.Trades), (int)part, place),
            },
            stake, cancellationToken);

    /// <summary>Shows what was demanded.</summary>
    public Task<TransactionReceipt> AnswerAsync(
        TransactionSender sender, SettledRound round, RoundPart part, int place, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address,
            part switch
            {
                RoundPart.Heads => AnswerHeads.Encode(round.Escrow, Of(round.Settled), BidsHead(round), round.Trades.Tree, Outcome(round.Trades), Of(round.Trades.Margins)),
                RoundPart.Bid => AnswerBid.Encode(
                    round.Escrow, Of(round.Settled), round.Bids.Bids.Length, place, Of(round.Bids.Siblings(place)), Of(round.Bids.Bids[place].Bid),
                    round.Bids.Bids[place].Signature),
                RoundPart.Trade => AnswerTrade.Encode(
                    round.Escrow, Of(round.Settled), Outcome(round.Trades), place, Of(round.Trades.TradeSiblings(place)), Of(round.Trades.Trades[place])),
                RoundPart.Entry => AnswerEntry.Encode(
                    round.Escrow, Of(round.Settled), round.Trades.Tree, Outcome(round.Trades), place, Of(round.Trades.EntrySiblings(place)),
                    Of(round.Trades.Ledger[place])),
                _ => throw new ArgumentOutOfRangeException(nameof(part)),
            },
            cancellationToken);

    /// <summary>Proves that a part was demanded and not shown in time.</summary>
    public Task<TransactionReceipt> ProveWithheldAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, RoundPart part, int place, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, ProveWithheld.Encode(escrow, Of(settled), (int)part, place), cancellationToken);

    /// <summary>The demands against an escrow in some blocks, in the order of the chain.</summary>
    public async Task<ImmutableArray<DataDemand>> DemandsAsync(
        IEthereumClient client, Address escrow, ulong fromBlock, ulong toBlock, CancellationToken cancellationToken)
    {
        var logs = await client.LogsAsync(new LogFilter(Address, Demanded.Topic, fromBlock, toBlock), cancellationToken);
        return [.. logs.Select(log => DemandOf(Demanded.Decode(log.Topics, log.Data.AsSpan()))).Where(demand => demand.Escrow == escrow)];
    }

    private static DataDemand DemandOf(object[] values) => new(
        (Address)values[0], new Period((long)(BigInteger)values[1]), (RoundPart)(int)(BigInteger)values[3], (int)BigInteger.Min(int.MaxValue, (BigInteger)values[4]),
        DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)values[5]));

    private static object[] BidsHead(SettledRound round) => [round.Bids.Bids.Length, round.Bids.Tree];
}
