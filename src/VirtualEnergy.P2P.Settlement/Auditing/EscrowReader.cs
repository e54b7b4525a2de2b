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
    /// <summary>No batch takes more blocks than this.</summary>
    private const ulong PartsBefore = 20_000;

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
        var check = await CheckAsync(settled, metered, block, cancellation);
        if (settled.DeltasHash == default)
        {
            return new SettledOnChain(settled, metered, check, null, lanes);
        }

        var (words, parts) = await BatchAsync(settled.TransactionHash, settled.DeltasHash, settled.BlockNumber, events, cancellation);
        return new SettledOnChain(settled, metered, check, words, lanes) { Parts = parts };
    }

    /// <summary>What the chain has of a metered batch.</summary>
    /// <param name="batch">From the log.</param>
    /// <param name="standing">The trading period that it stands on, likewise.</param>
    /// <param name="events">Up to the block.</param>
    /// <param name="lanes">The members' lanes.</param>
    /// <param name="block">The block up to which the events were read.</param>
    public async Task<MeteredOnChain> MeteredAsync(
        SettledMeteredEvent batch, SettledEvent standing, IReadOnlyList<ChainEvent> events, MemberLanes lanes, ulong block, CancellationToken cancellation) =>
        await MeteredAsync(batch, await SettledAsync(standing, events, lanes, block, cancellation), events, cancellation);

    /// <summary>The same where the trading period was read before.</summary>
    public async Task<MeteredOnChain> MeteredAsync(
        SettledMeteredEvent batch, SettledOnChain standing, IReadOnlyList<ChainEvent> events, CancellationToken cancellation)
    {
        var (words, parts) = await BatchAsync(batch.TransactionHash, batch.DeltasHash, batch.BlockNumber, events, cancellation);
        return new MeteredOnChain(batch, standing, words) { Parts = parts };
    }

    /// <summary>The parts of the batch that is not finished, or is being rolled back, after these events. In order.</summary>
    /// <param name="events">From before its first part, or before it was settled, on.</param>
    /// <exception cref="EthereumTransportException">The node does not show their call data.</exception>
    public async Task<ImmutableArray<BatchPart>> UnfinishedAsync(IReadOnlyList<ChainEvent> events, CancellationToken cancellation)
    {
        var logged = PartsTrail.Of(events).Open;
        return await PartsAsync(logged, cancellation)
            ?? throw new EthereumTransportException("The node does not show the call data of a batch's parts.", isTransient: false);
    }

    /// <summary>The events from so long before a block on that the parts of what was settled in it are among them.</summary>
    public Task<ImmutableArray<ChainEvent>> EventsWithPartsAsync(ulong from, ulong to, CancellationToken cancellation) =>
        EventsAsync(from - Math.Min(from, PartsBefore), to, null, cancellation);

    private async Task<(ImmutableArray<BigInteger>? Words, ImmutableArray<BatchPart> Parts)> BatchAsync(
        Hash256 transaction, Hash256 deltasHash, ulong block, IReadOnlyList<ChainEvent> events, CancellationToken cancellation)
    {
        if (await WordsAsync(transaction, deltasHash, cancellation) is { } whole)
        {
            return (whole, []);
        }

        // Who looks from the middle of a batch on does not have its first parts among the events.
        return await JoinedAsync(PartsTrail.Of(events), deltasHash, cancellation)
            ?? await JoinedAsync(PartsTrail.Of(await EventsWithPartsAsync(block, block, cancellation)), deltasHash, cancellation)
            ?? (null, []);
    }

    private async Task<(ImmutableArray<BigInteger>? Words, ImmutableArray<BatchPart> Parts)?> JoinedAsync(
        PartsTrail trail, Hash256 deltasHash, CancellationToken cancellation) =>
        await PartsAsync(trail.Of(deltasHash), cancellation) is [.., { } last] parts && last.Chain == deltasHash
            ? (parts.SelectMany(part => part.Words).ToImmutableArray(), parts) : null;

    /// <returns>Null where the call data of one cannot be had.</returns>
    private async Task<ImmutableArray<BatchPart>?> PartsAsync(ImmutableArray<LoggedPart> logged, CancellationToken cancellation)
    {
        var parts = ImmutableArray.CreateBuilder<BatchPart>(logged.Length);
        foreach (var part in logged)
        {
            if (await WordsAsync(part.Transaction, part.DeltasHash, cancellation) is not { } words)
            {
                return null;
            }

            if (part.Until is { } until)
            {
                var due = part.From;
                words = [.. words.TakeWhile(word => (due = DeltaWords.DueAfter([word], due)) <= until)];
            }

            parts.Add(parts.Count == 0 ? BatchPart.First(words) : parts[^1].Next(words));
        }

        return parts.ToImmutable();
    }

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
            var due = metered == default ? own : MeteredBatch.CommitmentOf(own, metered);

            // A second time, because Anvil answers for its newest block by a state that a transaction may have changed meanwhile; then the block is no longer the newest.
            return await escrow.At(block).CommitmentOfAsync(settled.Period, cancellation) == due
                || await escrow.At(block).CommitmentOfAsync(settled.Period, cancellation) == due ? CommitmentCheck.Kept : CommitmentCheck.Differs;
        }
        catch (EthereumRevertException)
        {
            return CommitmentCheck.BeyondRing;
        }
    }
}
