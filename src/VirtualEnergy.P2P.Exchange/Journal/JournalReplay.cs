using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>Puts the exchange's memory back as it was, from the journal's first round on.</summary>
public sealed class JournalReplay(
    ExchangeJournal journal, RoundHistory history, CommunityAccounts accounts, DeviationBook book, FundsLedger ledger, MandateBook mandates, FundsWatch watch, OpenRound open, RunPlan plan,
    SettlementCadence cadence)
{
    // A week at a time: a journal of years must not be in memory at once.
    private const int Chunk = CommunityAccounts.KeptPeriods;

    /// <param name="lastSettled">The last period that the contract has settled.</param>
    public void Run(Period lastSettled)
    {
        foreach (var given in journal.Mandates())
        {
            mandates.Confirm(given);
        }

        ReplayReservations();
        if (journal.FirstCleared() is not { } first || journal.LastCleared() is not { } last)
        {
            return;
        }

        for (var from = first; from <= last; from = new Period(from.Index + Chunk))
        {
            var to = new Period(Math.Min(last.Index, from.Index + Chunk - 1));
            var batches = journal.Batches(BatchKind.Trades, from, to).ToDictionary(batch => batch.Period);
            foreach (var round in journal.Rounds(from, to))
            {
                Replay(round, round.Period == last, batches.GetValueOrDefault(round.Period), lastSettled);
            }

            foreach (var reading in journal.Readings(from, to))
            {
                accounts.TryMeter(reading);
                book.Take(reading);
            }

            foreach (var dispute in journal.Disputes(from, to))
            {
                book.Dispute(new DisputedReading(dispute.Member, dispute.Period, dispute.Number), dispute.Dismisses);
            }

            foreach (var deviations in journal.Deviations(from, to))
            {
                book.Settle(deviations.Result);
            }
        }
    }

    private void ReplayReservations()
    {
        foreach (var (evidence, _) in journal.ReservationsFrom(plan.First))
        {
            if (!evidence.IsRelease)
            {
                open.Resume(ReservationDesk.PromiseOf(evidence));
            }
            else if (evidence.Order.Content is var order && open.FindPromise(order.Member, order.Bsp, order.Id) is { } promise)
            {
                open.Release(promise);
            }
        }
    }

    /// <summary>The metered periods that the contract does not have yet, oldest first; their money is in the ledger from now on.</summary>
    public IReadOnlyList<JournalledDeviations> RunDeviations()
    {
        var unsettled = journal.UnsettledDeviations();
        foreach (var deviations in unsettled)
        {
            ledger.ClearDeviations(deviations.Period, deviations.Batch().Deltas);
        }

        return unsettled;
    }

    private void Replay(JournalledRound round, bool isLast, OutboxBatch? batch, Period lastSettled)
    {
        ImmutableArray<SignedBid> bids = isLast ? Counting(journal.Bids(round.Period)) : [];
        history.Add(round, bids);
        book.Clear(round);
        accounts.Clear(round.Period, round.Trades, round.Charges, round.Supplier);
        watch.Replay(round, bids);
        if (round.Period > cadence.LastMoved(lastSettled))
        {
            ledger.Clear(round.Period, round.Deltas());
        }

        if (round.Period <= lastSettled && batch is { IsOnChain: true })
        {
            history.Settle(batch, round.Trades.Length);
        }
    }

    /// <summary>Of each member the bid with the highest number, by member.</summary>
    public static ImmutableArray<SignedBid> Counting(IEnumerable<JournalledBid> bids) =>
        [.. bids.GroupBy(bid => bid.Signed.Bid.Member).Select(own => own.MaxBy(bid => bid.Signed.Bid.Number)!.Signed)
            .OrderBy(signed => signed.Bid.Member)];
}
