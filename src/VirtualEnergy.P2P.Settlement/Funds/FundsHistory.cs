using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Funds;

/// <summary>A member's money from a block to another, entry by entry, ending at what the contract says she has.</summary>
/// <param name="Opening">Before the first block.</param>
/// <param name="Entries">Oldest first; each begins where the one before ended.</param>
/// <param name="Closing">After the last block: the contract's own balance and request.</param>
/// <param name="LastBlock">The block that it ends with.</param>
/// <param name="Commitments">How many of the last settlements were held against the commitments that the contract keeps.</param>
public sealed record FundsHistory(Address Member, FundsState Opening, ImmutableArray<FundsEntry> Entries, FundsState Closing, ulong LastBlock, int Commitments)
{
    /// <summary>Reads and checks: every delta against its hash, the recent hashes against the contract's ring, the end against its balance.</summary>
    /// <param name="client">The node, over HTTP.</param>
    /// <param name="escrow">The contract, on the same node.</param>
    /// <param name="member">Whose money.</param>
    /// <param name="fromBlock">0, or later than the contract's deployment: then the node must still know what she had before.</param>
    /// <param name="progress">Told of each last block read.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="FundsHistoryException">It does not add up; the message says what.</exception>
    /// <exception cref="EthereumException">The node does not answer, or the member is none.</exception>
    public static async Task<FundsHistory> ReadAsync(
        JsonRpcClient client, EnergySettlementContract escrow, Address member, ulong fromBlock, IProgress<ulong>? progress, CancellationToken cancellation)
    {
        var last = await client.BlockNumberAsync(cancellation);
        var isWide = (await escrow.LanesAsync(cancellation)).WideAccounts.Contains(member);
        var opening = (fromBlock == 0 ? default : await StateAsync(client, escrow.Address, member, fromBlock - 1, cancellation)) with { IsWide = isWide };
        var replay = new EscrowReplay(client, escrow, [KeyValuePair.Create(member, opening)], fromBlock);
        var entries = ImmutableArray.CreateBuilder<FundsEntry>();
        await foreach (var page in replay.ReadToAsync(last, cancellation))
        {
            entries.AddRange(page);
            progress?.Report(replay.NextBlock - 1);
        }

        var closing = await StateAsync(client, escrow.Address, member, last, cancellation) with { IsWide = isWide };
        if (replay.Of(member) is var reached && reached != closing)
        {
            throw new FundsHistoryException(
                $"The events up to block {last} come to a balance of {reached.Balance} and requests of {reached.Requested}; the contract says {closing.Balance} and "
                + $"{closing.Requested}. The node keeps events back or has changed its chain: try again, or ask another node.");
        }

        return new FundsHistory(member, opening, entries.ToImmutable(), closing, last, await CheckRingAsync(client, escrow.Address, replay, last, cancellation));
    }

    private static async Task<FundsState> StateAsync(JsonRpcClient client, Address escrow, Address member, ulong block, CancellationToken cancellation)
    {
        var balance = await CallAsync(client, escrow, EnergySettlementAbi.BalanceOf, block, cancellation, member);
        var request = await CallAsync(client, escrow, EnergySettlementAbi.RequestOf, block, cancellation, member);
        return new FundsState(new Money((long)(BigInteger)balance[0]), new Money((long)(BigInteger)request[0]));
    }

    private static async Task<int> CheckRingAsync(JsonRpcClient client, Address escrow, EscrowReplay replay, ulong block, CancellationToken cancellation)
    {
        var standing = replay.Standing.ToArray();
        var batch = client.NewBatch();
        var answers = standing.Select(entry => CallAsync(batch.Client, escrow, EnergySettlementAbi.CommitmentOf, block, cancellation, entry.Settled.Period.Index)).ToArray();
        await batch.SendAsync(cancellation);
        var held = 0;
        foreach (var ((settled, metered), answer) in standing.Zip(answers))
        {
            try
            {
                var kept = new Hash256((byte[])(await answer)[0]);
                var told = SettlementCommitment.Of(settled);
                told = metered is null ? told : MeteredBatch.CommitmentOf(told, MeteredBatch.HashOf(metered));
                held += kept == told ? 1 : throw new FundsHistoryException($"The log of period {settled.Period} is not what the contract committed to. Ask another node.");
            }
            catch (EthereumRevertException beyond) when (beyond.ErrorName is null or "PeriodNotInWindow")
            {
                // Further back than the contract remembers.
            }
        }

        return held;
    }

    private static async Task<object[]> CallAsync(
        JsonRpcClient client, Address escrow, AbiFunction function, ulong block, CancellationToken cancellation, params object[] arguments) =>
        function.DecodeResult(await client.CallAsync(new EthereumCall(escrow, function.Encode(arguments), Block: block), cancellation));
}
