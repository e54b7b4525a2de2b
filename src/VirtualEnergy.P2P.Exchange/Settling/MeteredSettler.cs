using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Settles deviations, one batch after another, each on a trading period that was settled before and has none yet.
/// </summary>
/// <remarks>
/// Called by the settlement worker alone, between two trading batches, so that all of them share one row of nonces. <see cref="Enqueue"/>
/// may be called by anyone.
/// </remarks>
public sealed class MeteredSettler(
    ExchangeOptions options, MeteredOutbox outbox, Settler settler, FundsLedger ledger, ExchangeJournal journal, ILogger<MeteredSettler> logger)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<JournalledDeviations> _due = new();

    /// <summary>Settles a period anew by what members have now; null where that changes nothing. Set by who settles periods.</summary>
    public Func<JournalledDeviations, Task<JournalledDeviations?>>? Revise { get; set; }

    /// <summary>Called when a batch is enqueued. Set by who sends them.</summary>
    public Action? Enqueued { get; set; }

    /// <summary>Metered periods that are not on the chain yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _due.Count;
            }
        }
    }

    /// <summary>A metered period is due. In the order of periods.</summary>
    public void Enqueue(JournalledDeviations deviations)
    {
        lock (_lock)
        {
            _due.AddLast(deviations);
        }

        Enqueued?.Invoke();
    }

    /// <summary>Settles what can be settled now; the rest waits for a trading period that it can stand on.</summary>
    /// <exception cref="EthereumException">The chain does not answer, or what was sent is not known to be mined: call again before anything else is sent.</exception>
    /// <exception cref="ArgumentException">A member has no lane on the chain.</exception>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task SettleDueAsync(CancellationToken cancellation)
    {
        while (Next() is { } due)
        {
            try
            {
                if (await outbox.DeliverAsync(due, cancellation) is not { } delivered)
                {
                    return;
                }

                Settled(due, delivered.StandsOn, delivered.Batch.Block, delivered.Batch.Gas);
            }
            catch (EthereumRevertException refusal)
            {
                // Too late for this trading period, most likely, or money has left a member's balance behind the exchange's back.
                logger.LogInformation("Deviations of period {Period} wait for the next trading period: {Why}", due.Period.Index, refusal.Message);
                if (refusal.ErrorName is "MeteredTooLate" or "Overdraft" or "BalanceOverflow")
                {
                    await outbox.UndoPartsAsync(due.Period, cancellation);
                }

                if (refusal.ErrorName != "Overdraft" || !await ReviseAsync(due, cancellation))
                {
                    return;
                }
            }
        }
    }

    /// <summary>The same, before a trading batch, unless that one is on its way already.</summary>
    /// <exception cref="EthereumException">As above.</exception>
    /// <exception cref="JournalException">As above.</exception>
    public async Task SettleBeforeAsync(Period tradingPeriod, CancellationToken cancellation)
    {
        if (Next() is not { } due || outbox.IsOvertakenBy(tradingPeriod, due.Period))
        {
            return;
        }

        try
        {
            await SettleDueAsync(cancellation);
        }
        catch (ArgumentException cannot)
        {
            // Nothing was sent, and trading does not wait for it.
            logger.LogError(cannot, "Deviations cannot be settled.");
        }
    }

    /// <summary>Looks what became of the batches settled before: what the chain lost is due again.</summary>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    public async Task CompareAsync(CancellationToken cancellation)
    {
        var lost = await outbox.CompareAsync(cancellation);
        foreach (var period in lost.Reverse())
        {
            var deviations = journal.Deviations(period)!;
            lock (_lock)
            {
                if (_due.Any(waiting => waiting.Period == period))
                {
                    continue; // lost before it was taken as settled
                }

                _due.AddFirst(deviations);
            }

            ledger.ClearDeviations(period, deviations.Batch().Deltas);
        }

        if (lost.Count > 0)
        {
            logger.LogWarning("The chain lost the deviations of periods {From} to {To}: they are sent again.", lost[0].Index, lost[^1].Index);
        }
    }

    private void Settled(JournalledDeviations due, Period standsOn, ulong? block, ulong? gas)
    {
        lock (_lock)
        {
            _due.RemoveFirst();
        }

        ledger.SettleDeviations(due.Period);
        logger.LogInformation(
            "Deviations of period {Period} settled on period {StandsOn} in block {Block}, {Gas} gas.", due.Period.Index, standsOn.Index, block, gas);
        options.Progress?.Report(new DeviationsSettled(due.Period, standsOn, block, gas));
    }

    /// <summary>Money has left a member's balance since the period was settled here: her part becomes what she can still pay, so that it holds up nobody's.</summary>
    private async Task<bool> ReviseAsync(JournalledDeviations due, CancellationToken cancellation)
    {
        ledger.Observe(await settler.BalancesAsync(cancellation));
        if (Revise is null || await Revise(due) is not { } revised)
        {
            return false;
        }

        lock (_lock)
        {
            _due.First!.Value = revised;
        }

        return true;
    }

    private JournalledDeviations? Next()
    {
        lock (_lock)
        {
            return _due.First?.Value;
        }
    }
}
