using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Settles deviations, one batch after another, each on a trading period that was settled before and has none yet. As with <see cref="Settler"/>, a signed transaction is written
/// down before it is sent, only its bytes are sent again until it is known to be dead, and the contract takes each metered period once.
/// </summary>
/// <remarks>Called by the settlement worker alone, between two trading batches, so that all of them share one row of nonces. <see cref="Enqueue"/> may be called by anyone.</remarks>
public sealed class MeteredSettler(
    ExchangeOptions options, EnergySettlementContract contract, MeteredSettlementContract metered, IEthereumClient client, Settler settler, FundsLedger ledger, ExchangeJournal journal,
    ILogger<MeteredSettler> logger)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<JournalledDeviations> _due = new();
    private TaskCompletionSource _enqueued = NewSource();
    private MemberLanes? _lanes;

    // After a start and after a failure, journal and chain are asked what became of the last attempt.
    private bool _isInDoubt = true;

    // The contract refused the last batch because a member has less than she is to pay.
    private bool _overdrawn;

    /// <summary>Settles a period anew by what members have now; null where that changes nothing. Set by who settles periods.</summary>
    public Func<JournalledDeviations, Task<JournalledDeviations?>>? Revise { get; set; }

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

    /// <summary>Done when the next batch is enqueued.</summary>
    public Task Enqueued
    {
        get
        {
            lock (_lock)
            {
                return _enqueued.Task;
            }
        }
    }

    /// <summary>A metered period is due. In the order of periods.</summary>
    public void Enqueue(JournalledDeviations deviations)
    {
        lock (_lock)
        {
            _due.AddLast(deviations);
            _enqueued.TrySetResult();
            _enqueued = NewSource();
        }
    }

    /// <summary>Settles what can be settled now; the rest waits for a trading period that it can stand on.</summary>
    /// <exception cref="EthereumException">The chain does not answer, or what was sent is not known to be mined: call again before anything else is sent.</exception>
    /// <exception cref="ArgumentException">A member has no lane on the chain.</exception>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task SettleDueAsync(CancellationToken cancellation)
    {
        while (Next() is { } due)
        {
            _overdrawn = false;
            if (await SettleAsync(due, cancellation) is not { } settlement)
            {
                if (_overdrawn && await ReviseAsync(due, cancellation))
                {
                    continue;
                }

                return;
            }

            lock (_lock)
            {
                _due.RemoveFirst();
            }

            ledger.SettleDeviations(due.Period);
            logger.LogInformation(
                "Deviations of period {Period} settled on period {StandsOn} in block {Block}, {Gas} gas.",
                due.Period.Index, settlement.StandsOn.Index, settlement.Block, settlement.Gas);
            options.Progress?.Report(new DeviationsSettled(due.Period, settlement.StandsOn, settlement.Block, settlement.Gas));
        }
    }

    /// <summary>The same, before a trading batch, unless that one is on its way already.</summary>
    /// <exception cref="EthereumException">As above.</exception>
    /// <exception cref="JournalException">As above.</exception>
    public async Task SettleBeforeAsync(Period tradingPeriod, CancellationToken cancellation)
    {
        if (Waiting == 0 || journal.Settlement(tradingPeriod) is not null)
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

    /// <summary>Null where the batch has to wait for another trading period.</summary>
    private async Task<JournalledMeteredSettlement?> SettleAsync(JournalledDeviations due, CancellationToken cancellation)
    {
        // While nothing of ours can be on its way, this is two questions; the revert by name decides the rest.
        var (standing, last) = (await metered.MeteringAsync(cancellation), await contract.LastPeriodAsync(cancellation));
        var attempt = _isInDoubt || standing.Period >= due.Period ? journal.MeteredSettlement(due.Period) : null;
        if (standing.Period >= due.Period)
        {
            return attempt is not null
                ? await ConfirmAsync(attempt, await client.ReceiptAsync(attempt.Sent.Hash, cancellation))
                : throw new ArgumentException($"The contract has settled deviations up to period {standing.Period}, and not by this exchange.");
        }

        if (_isInDoubt && await settler.IsDeadAsync(attempt?.Sent, cancellation))
        {
            attempt = null;
        }

        if (attempt is null)
        {
            if (standing.StandsOn == last || due.Period > last || await PrepareAsync(due, standing, last, cancellation) is not { } prepared)
            {
                return null;
            }

            attempt = prepared;
        }

        _isInDoubt = true;
        await settler.Sender.SendAsync(attempt.Sent, cancellation);
        var receipt = await settler.Sender.ConfirmAsync(attempt.Sent, cancellation);
        return receipt.Succeeded ? await ConfirmAsync(attempt, receipt) : null;
    }

    private async Task<JournalledMeteredSettlement?> PrepareAsync(
        JournalledDeviations due, Settlement.Contracts.Metering before, Period last, CancellationToken cancellation)
    {
        try
        {
            _lanes ??= await contract.LanesAsync(cancellation);
            var data = MeteredSettlementContract.EncodeSettle(due.Batch(), _lanes);
            _isInDoubt = true; // a nonce may be used from here on
            var prepared = new JournalledMeteredSettlement(
                due.Period, last, before, SettlementState.Sent, await settler.Sender.PrepareAsync(contract.Address, data, cancellation), null, null);
            await journal.AppendMeteredSettlementAsync(prepared);
            return prepared;
        }
        catch (EthereumRevertException refusal)
        {
            // Too late for this trading period, most likely, or money has left a member's balance behind the exchange's back.
            _isInDoubt = false;
            _overdrawn = refusal.ErrorName == "Overdraft";
            logger.LogInformation("Deviations of period {Period} wait for the next trading period: {Why}", due.Period.Index, refusal.Message);
            return null;
        }
    }

    private async Task<JournalledMeteredSettlement> ConfirmAsync(JournalledMeteredSettlement attempt, TransactionReceipt? receipt)
    {
        var confirmed = attempt with { State = SettlementState.Confirmed, Block = receipt?.BlockNumber, Gas = receipt?.GasUsed };
        await journal.AppendMeteredSettlementAsync(confirmed);
        _isInDoubt = false;
        return confirmed;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
