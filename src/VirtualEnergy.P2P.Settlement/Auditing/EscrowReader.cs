using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Reads what an auditor needs of an escrow: its log, the call data of what it settled, and its ring of commitments. The node's answers
/// count only as far as they fit together: call data by the log's hash, the log by the ring.
/// </summary>
public sealed class EscrowReader(JsonRpcClient client, EnergySettlementContract escrow)
{
    /// <summary>The events in a span of blocks, in the order of the chain.</summary>
    /// <param name="from">The first block.</param>
    /// <param name="to">The last one.</param>
    /// <param name="progress">Told the last block read.</param>
    public async Task<ImmutableArray<ChainEvent>> EventsAsync(ulong from, ulong to, IProgress<ulong>? progress, CancellationToken cancellation)
    {
        var events = ImmutableArray.CreateBuilder<ChainEvent>();
        await foreach (var page in EscrowLogPages.ReadAsync(client, escrow.Address, from, to, cancellation))
        {
            events.AddRange(page.Logs.Select(ChainEvent.Of).OfType<ChainEvent>());
            progress?.Report(page.LastBlock);
        }

        return events.ToImmutable();
    }

    /// <summary>What the chain has of a settled period.</summary>
    /// <param name="settled">From the log.</param>
    /// <param name="events">For the metered batch that may stand on it.</param>
    /// <param name="lanes">The members' lanes.</param>
    /// <param name="block">The block up to which the events were read.</param>
    public async Task<SettledOnChain> SettledAsync(
        SettledEvent settled, IReadOnlyList<ChainEvent> events, MemberLanes lanes, ulong block, CancellationToken cancellation)
    {
        var metered = MeteredOn(settled.Period, events);
        return new SettledOnChain(
            settled, metered, await CheckAsync(settled, metered, block, cancellation),
            settled.DeltasHash == default ? null : await WordsAsync(settled.TransactionHash, settled.DeltasHash, cancellation), lanes);
    }

    /// <summary>What the chain has of a metered batch.</summary>
    /// <param name="batch">From the log.</param>
    /// <param name="standing">The trading period that it stands on, likewise.</param>
    /// <param name="events">Up to the block.</param>
    /// <param name="lanes">The members' lanes.</param>
    /// <param name="block">The block up to which the events were read.</param>
    public async Task<MeteredOnChain> MeteredAsync(
        SettledMeteredEvent batch, SettledEvent standing, IReadOnlyList<ChainEvent> events, MemberLanes lanes, ulong block, CancellationToken cancellation) => new(
        batch, await SettledAsync(standing, events, lanes, block, cancellation), await WordsAsync(batch.TransactionHash, batch.DeltasHash, cancellation));

    /// <summary>The delta words that a transaction settled; null where its call data do not have the hash.</summary>
    public async Task<ImmutableArray<BigInteger>?> WordsAsync(Hash256 transaction, Hash256 deltasHash, CancellationToken cancellation) =>
        await client.LoggedCallAsync(transaction, cancellation) is { } call ? SettlementCallData.WordsOf(call.Data.AsSpan(), deltasHash) : null;

    /// <summary>Hash of the metered batch that stands on a period; zero if none does.</summary>
    public static Hash256 MeteredOn(Period period, IReadOnlyList<ChainEvent> events) =>
        LastMeteredOn(period, events) is { } batch ? MeteredBatch.HashOf(batch) : default;

    /// <summary>The metered batch that stands on a period; null if none does.</summary>
    public static SettledMeteredEvent? LastMeteredOn(Period period, IReadOnlyList<ChainEvent> events)
    {
        SettledMeteredEvent? standing = null;
        foreach (var known in events)
        {
            standing = known switch
            {
                MeteredSettled { Settled: var batch } when batch.StandsOn == period => batch,
                MeteredRolledBack back when back.Period == standing?.MeteredPeriod => null,
                _ => standing,
            };
        }

        return standing;
    }

    private async Task<CommitmentCheck> CheckAsync(SettledEvent settled, Hash256 metered, ulong block, CancellationToken cancellation)
    {
        try
        {
            var own = SettlementCommitment.Of(settled);
            var kept = await escrow.At(block).CommitmentOfAsync(settled.Period, cancellation);
            return kept == (metered == default ? own : MeteredBatch.CommitmentOf(own, metered)) ? CommitmentCheck.Kept : CommitmentCheck.Differs;
        }
        catch (EthereumRevertException)
        {
            return CommitmentCheck.BeyondRing;
        }
    }
}
