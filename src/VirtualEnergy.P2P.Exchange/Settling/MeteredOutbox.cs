using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Metered batches on their way through the outbox, and on which trading period each of them stands. The call of one does not say where it
/// will stand: the contract decides when it is mined, so that is read from its log, and written down.
/// </summary>
/// <remarks>Used by one at a time: at the start, and then by the settlement worker; <see cref="HashOnAsync"/> by anyone.</remarks>
public sealed class MeteredOutbox(ExchangeJournal journal, EnergySettlementContract contract, MeteredSettlementContract metered, Outbox outbox, PartwiseOutbox parts)
{
    private MemberLanes? _lanes;

    /// <summary>Brings the outbox in line with the chain: what the chain has is written down as mined, what it lost as to be sent again.</summary>
    /// <returns>The metered periods that the chain lost, oldest first.</returns>
    public async Task<IReadOnlyList<Period>> CompareAsync(CancellationToken cancellation)
    {
        if (journal.LastMetered() is not { } newest)
        {
            return [];
        }

        var settled = (await metered.MeteringAsync(cancellation)).Period;
        foreach (var batch in journal.Batches(BatchKind.Metered, journal.LastOnChain(BatchKind.Metered)?.Next ?? new Period(0), settled).Where(batch => !batch.IsOnChain))
        {
            await outbox.MinedAsync(batch, cancellation);
        }

        // Newest first: should this end in between, the next run finds a shorter loss, and no hole.
        var lost = journal.Batches(BatchKind.Metered, settled.Next, newest).Where(batch => batch.IsOnChain).Reverse().ToList();
        foreach (var batch in lost)
        {
            await outbox.AppendAsync(batch.Lose());
        }

        return [.. lost.Select(batch => batch.Period).Reverse()];
    }

    /// <summary>Whether the trading batch is on its way already, so that no metered one can come before it.</summary>
    public bool IsOvertakenBy(Period tradingPeriod, Period meteredPeriod) =>
        (parts.HasBegun(BatchKind.Trades, tradingPeriod) && !parts.HasBegun(BatchKind.Metered, meteredPeriod))
        || journal.Batch(BatchKind.Trades, tradingPeriod) is { Versions: [.., var trading] }
        && (journal.Batch(BatchKind.Metered, meteredPeriod) is not { Versions: [.., var own] } || own.Nonce > trading.Nonce);

    /// <summary>Brings a metered period to the chain, or finds it there, and returns once that is written down. In the order of periods.</summary>
    /// <returns>Null where it has to wait for another trading period.</returns>
    /// <exception cref="EthereumException">The chain does not answer, it refuses the batch, or what was sent is not known to be mined: call again before anything else is sent.</exception>
    /// <exception cref="ArgumentException">A member has no lane on the chain, or somebody else settled the period.</exception>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task<(OutboxBatch Batch, Period StandsOn)?> DeliverAsync(JournalledDeviations due, CancellationToken cancellation)
    {
        var (standing, last) = (await metered.MeteringAsync(cancellation), await contract.LastPeriodAsync(cancellation));
        var batch = journal.Batch(BatchKind.Metered, due.Period);
        if (standing.Period >= due.Period)
        {
            batch = batch is null
                ? throw new ArgumentException($"The contract has settled deviations up to period {standing.Period}, and not by this exchange.")
                : batch.IsOnChain ? batch : await outbox.MinedAsync(batch, cancellation);
        }
        else
        {
            if (batch is { IsOnChain: true })
            {
                batch = await outbox.AppendAsync(batch.Lose()); // Mined, and lost before it was read where it stands.
            }

            // What the chain lost comes first, and under the nonces that it had: nothing new is signed before that is seen to.
            var isBehind = last < journal.LastOnChain(BatchKind.Trades) || standing.Period < journal.LastOnChain(BatchKind.Metered);
            var isNew = batch is null || batch.Versions.IsEmpty;
            if (isNew && (isBehind || standing.StandsOn == last || due.Period > last))
            {
                return null;
            }

            _lanes ??= await contract.LanesAsync(cancellation);
            async Task<bool> IsSettledAsync(CancellationToken stop) => (await metered.MeteringAsync(stop)).Period >= due.Period;
            var (settled, lanes) = (due.Batch(), _lanes);
            batch = await parts.DeliverAsync(
                new PartwiseBatch(
                    BatchKind.Metered, due.Period, lanes.Pack(settled.Deltas), () => MeteredSettlementContract.EncodeSettle(settled, lanes),
                    chain => BatchPartsContract.EncodeSettleMetered(due.Period, settled.MeterRoot, chain)),
                IsSettledAsync, cancellation);
        }

        return (batch, (await KeepStandingAsync(due.Period, batch.Block ?? 0, cancellation)).StandsOn);
    }

    /// <summary>Takes back the parts of a batch that cannot be finished as it is, so that others can be settled.</summary>
    /// <exception cref="EthereumException">The chain does not answer, or not all are taken back: call again.</exception>
    public Task UndoPartsAsync(Period meteredPeriod, CancellationToken cancellation) => parts.UndoAsync(BatchKind.Metered, meteredPeriod, cancellation);

    /// <summary>The hash of the metered batch that stands on a trading period; null where none does.</summary>
    public async Task<Hash256?> HashOnAsync(Period tradingPeriod, MemberLanes lanes, CancellationToken cancellation)
    {
        var standing = journal.MeteredStandingOn(tradingPeriod);
        if (standing is not null && journal.Batch(BatchKind.Metered, standing.Period) is not { IsOnChain: true })
        {
            standing = null;
        }

        if (standing is null && await metered.MeteringAsync(cancellation) is var now && now.StandsOn == tradingPeriod && journal.Deviations(now.Period) is not null)
        {
            // Mined, and there was no time to write it down.
            standing = await KeepStandingAsync(now.Period, journal.Batch(BatchKind.Trades, tradingPeriod)?.Block ?? 0, cancellation);
        }

        if (standing is null || journal.Deviations(standing.Period)?.Batch() is not { } batch)
        {
            return null;
        }

        return parts.ChainOf(BatchKind.Metered, standing.Period) is { } chain ? batch.HashAfter(standing.Before, chain) : batch.HashAfter(standing.Before, lanes);
    }

    /// <inheritdoc cref="StandingBatches"/>
    public async Task<Hash256?> CommitmentOnAsync(Period tradingPeriod, Hash256 alone, CancellationToken cancellation)
    {
        _lanes ??= await contract.LanesAsync(cancellation);
        return await HashOnAsync(tradingPeriod, _lanes, cancellation) is { } hash ? MeteredBatch.CommitmentOf(alone, hash) : null;
    }

    private async Task<JournalledMeteredStanding> KeepStandingAsync(Period meteredPeriod, ulong fromBlock, CancellationToken cancellation)
    {
        var log = (await metered.EventsAsync(fromBlock, cancellation)).LastOrDefault(entry => entry.MeteredPeriod == meteredPeriod)
            ?? throw new EthereumTransportException($"The node has metered period {meteredPeriod} and not the log of it.", isTransient: true);
        var standing = new JournalledMeteredStanding(meteredPeriod, log.StandsOn, log.Before);
        if (journal.MeteredStanding(meteredPeriod) != standing)
        {
            await journal.AppendMeteredStandingAsync(standing);
        }

        return standing;
    }
}
