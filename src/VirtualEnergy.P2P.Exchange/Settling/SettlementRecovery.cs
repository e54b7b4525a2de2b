using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Brings the outbox in line with the chain, at the start and whenever they may have parted: what the chain has is written down as mined, what
/// it lost as to be sent again. What is not this journal's is only reported.
/// </summary>
public sealed class SettlementRecovery(
    ExchangeJournal journal, EnergySettlementContract contract, Outbox outbox, SettlementCalls calls, PartwiseOutbox parts, StandingBatches? standing = null)
{
    private MemberLanes? _lanes;

    /// <param name="deep">Compares every batch that is not final, and not the last alone.</param>
    /// <param name="cancellation">Stops it; what is done stays done.</param>
    public async Task<ChainComparison> RunAsync(bool deep, CancellationToken cancellation)
    {
        if (journal.FirstCleared() is not { } first || journal.LastCleared() is not { } lastCleared)
        {
            return new ChainAgrees();
        }

        var lastKnown = journal.LastOnChain(BatchKind.Trades) ?? first.Previous;
        var lastOnChain = await contract.LastPeriodAsync(cancellation);
        var compareFrom = deep ? (journal.LastFinal(BatchKind.Trades) ?? first.Previous).Next : lastOnChain;
        var comparison = await ChainComparison.OfAsync(
            first, lastCleared, lastKnown, lastOnChain, compareFrom, period => IsOursAsync(period, lastOnChain, cancellation));
        if (comparison is ChainLost lost)
        {
            // Newest first: should this end in between, the next run finds a shorter loss, and no hole.
            for (var period = lost.To; period >= lost.From; period = period.Previous)
            {
                await outbox.AppendAsync(journal.Batch(BatchKind.Trades, period)!.Lose());
            }
        }
        else if (comparison is ChainHasMore more)
        {
            for (var period = more.From; period <= more.To; period = period.Next)
            {
                await outbox.MinedAsync(journal.Batch(BatchKind.Trades, period) ?? new OutboxBatch(BatchKind.Trades, period), cancellation);
            }
        }

        return comparison is not OtherChain && await parts.CompareAsync(lastOnChain, cancellation) is { } why ? new OtherChain(why) : comparison;
    }

    private async Task<bool> IsOursAsync(Period period, Period lastOnChain, CancellationToken cancellation)
    {
        _lanes ??= await contract.LanesAsync(cancellation);
        var round = journal.Round(period) ?? throw new JournalException($"The journal has no round of period {period}, and rounds around it: it is damaged.");
        try
        {
            var kept = await contract.CommitmentOfAsync(period, cancellation);
            var alone = calls.CommitmentOf(round, _lanes, parts.ChainOf(BatchKind.Trades, period));
            return kept == alone || (standing is not null && await standing(period, alone, cancellation) == kept);
        }
        catch (EthereumRevertException) when (period < lastOnChain)
        {
            return true; // The ring has no room for it any more: nobody can tell.
        }
    }
}

/// <summary>What the contract keeps of a trading period with another batch on it.</summary>
/// <param name="period">The trading period.</param>
/// <param name="alone">Its own commitment.</param>
/// <param name="cancellation">Stops waiting.</param>
/// <returns>Null where nothing stands on it.</returns>
public delegate Task<Hash256?> StandingBatches(Period period, Hash256 alone, CancellationToken cancellation);
