using System.Collections.Immutable;
using System.Numerics;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>
/// Acts on a finding with the member's own key: proves it, or demands the data that would and proves that they are withheld; rolls back; and
/// has the member paid. Whatever somebody else has done already is taken as done. The sender is
/// the member's key's, and becomes this object's own.
/// </summary>
internal sealed class Challenger(
    JsonRpcClient client, EnergySettlementContract escrow, FraudProofsContract judge, TransactionSender sender, MemberId member, TimeSpan interval, TimeProvider time,
    ILogger logger, Action<WatchNews> tell) : IDisposable
{
    private readonly EscrowReader _reader = new(client, escrow);
    private readonly BatchPartsContract _parts = new(client, escrow.Address);

    // One challenge at a time: all of them end in the same freeze, and the key has one sequence of nonces.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Works until the fraud is undone and the member has left, or nothing can be done.</summary>
    /// <returns>False where the round was missing and its operator showed the heads: he is there, and the round is to be audited once it is.</returns>
    public async Task<bool> ChallengeAsync(AuditFinding finding, RoundAudit audit, SettledOnChain chain, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var isProved = finding.Evidence switch
            {
                null => false,
                { IsProof: true } evidence => audit.Committed is { } committed && await ProveAsync(evidence, finding, async () => committed with
                {
                    Settled = await SettledNowAsync(chain, cancellation).ConfigureAwait(false),
                }, cancellation).ConfigureAwait(false),
                _ => await DemandAsync(finding, chain, cancellation).ConfigureAwait(false),
            };
            if (isProved)
            {
                await UndoAndLeaveAsync(finding, chain, cancellation).ConfigureAwait(false);
            }
            else if (finding.Check == AuditCheck.Published)
            {
                return false;
            }
            else if (!audit.IsMoneyRight && finding.Check != AuditCheck.Commitment)
            {
                logger.LogError("Money moved that does not follow from the bids of period {Period}, and nothing on the chain undoes it: {Member} leaves.", finding.Period, member);
                await WithdrawAsync(finding, cancellation).ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The same against a metered batch. Nobody can be made to show what is behind its root, so without a proof the member leaves.</summary>
    public async Task ChallengeAsync(AuditFinding finding, MeteredAudit? audit, MeteredOnChain chain, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // What stands on the two periods cannot change any more: a batch is the only one on its period, and later ones stand on later periods.
            if (finding.Evidence is { } evidence && audit is not null
                && await ProveAsync(evidence, finding, () => Task.FromResult(audit.Traded), cancellation).ConfigureAwait(false))
            {
                await UndoAndLeaveAsync(finding, chain.StandsOn, cancellation).ConfigureAwait(false);
            }
            else if (audit is not { IsMoneyRight: true } && finding.Check != AuditCheck.Commitment)
            {
                logger.LogError(
                    "Money moved that does not follow from what was metered in period {Period}, and nothing on the chain undoes it: {Member} leaves.", finding.Period, member);
                await WithdrawAsync(finding, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        sender.Dispose();
        _turn.Dispose();
    }

    private async Task UndoAndLeaveAsync(AuditFinding finding, SettledOnChain chain, CancellationToken cancellation)
    {
        tell(new WatchNews(WatchStep.Proved, finding.Period, finding));
        await UndoAsync(chain.Event.BlockNumber, cancellation).ConfigureAwait(false);
        await LeaveAsync(cancellation).ConfigureAwait(false);
    }

    /// <param name="evidence">A proof.</param>
    /// <param name="finding">What it is of.</param>
    /// <param name="round">All that the operator committed to, as it stands now.</param>
    private async Task<bool> ProveAsync(FraudEvidence evidence, AuditFinding finding, Func<Task<SettledRound>> round, CancellationToken cancellation)
    {
        try
        {
            var receipt = await evidence.BringAsync(judge, sender, await round().ConfigureAwait(false), cancellation).ConfigureAwait(false);
            logger.LogWarning("{Proof} holds against period {Period}, {Gas} gas: the escrow is frozen.", evidence.Proof, finding.Period, receipt.GasUsed);
            return true;
        }
        catch (EthereumRevertException refusal)
        {
            logger.LogWarning("{Proof} against period {Period} was not taken: {Why}", evidence.Proof, finding.Period, refusal.Message);
            return (await escrow.StateAsync(cancellation).ConfigureAwait(false)).Frozen;
        }
    }

    private async Task<bool> DemandAsync(AuditFinding finding, SettledOnChain chain, CancellationToken cancellation)
    {
        var settled = await SettledNowAsync(chain, cancellation).ConfigureAwait(false);
        try
        {
            // The base fee may rise until it is mined.
            var latest = await client.BlockAsync(null, cancellation).ConfigureAwait(false) ?? throw new EthereumTransportException("The node has no block.", isTransient: true);
            var stake = 2 * FraudProofsContract.StakeAt(latest.BaseFeePerGas);
            await judge.DemandHeadsAsync(sender, escrow.Address, settled, stake, cancellation).ConfigureAwait(false);
            logger.LogWarning("The heads of period {Period} are demanded on the chain.", finding.Period);
        }
        catch (EthereumRevertException refusal) when (refusal.ErrorName == "DemandedAlready")
        {
            logger.LogInformation("The heads of period {Period} are demanded by somebody else already.", finding.Period);
        }
        catch (EthereumRevertException refusal)
        {
            logger.LogWarning("The heads of period {Period} cannot be demanded: {Why}", finding.Period, refusal.Message);
            return (await escrow.StateAsync(cancellation).ConfigureAwait(false)).Frozen;
        }

        tell(new WatchNews(WatchStep.Demanded, finding.Period, finding));
        while (true)
        {
            try
            {
                // A metered batch may come to stand on the period meanwhile; the demand stays the same.
                settled = await SettledNowAsync(chain, cancellation).ConfigureAwait(false);
                await judge.ProveWithheldAsync(sender, escrow.Address, settled, RoundPart.Heads, 0, cancellation).ConfigureAwait(false);
                logger.LogWarning("The heads of period {Period} were not shown in time: the escrow is frozen.", finding.Period);
                return true;
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName == "StillTime")
            {
                await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal)
            {
                var isFrozen = (await escrow.StateAsync(cancellation).ConfigureAwait(false)).Frozen;
                if (!isFrozen && refusal.ErrorName == "NotDemanded")
                {
                    logger.LogError("The operator showed the heads of period {Period} on the chain, and what he published is not what they stand for.", finding.Period);
                    tell(new WatchNews(WatchStep.Shown, finding.Period, finding));
                }

                return isFrozen;
            }
        }
    }

    /// <summary>Rolls back what is frozen, newest first, with what the call data show; anyone may be faster.</summary>
    /// <param name="fromBlock">Where the fraudulent period was settled, before all others that go with it.</param>
    private async Task UndoAsync(ulong fromBlock, CancellationToken cancellation)
    {
        while ((await escrow.StateAsync(cancellation).ConfigureAwait(false)).Frozen)
        {
            var head = await client.BlockNumberAsync(cancellation).ConfigureAwait(false);
            var events = await _reader.EventsWithPartsAsync(fromBlock, head, cancellation).ConfigureAwait(false);
            try
            {
                await UndoLastAsync(events, cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName is "NotFrozen" or "NotWhatWasSettled" or "NothingMetered" or "PartNotNext" or "NothingUnfinished" or "BatchUnfinished")
            {
                logger.LogDebug("Somebody else rolls back as well: {Why}", refusal.Message);
            }
        }

        // The last period that is rolled back may have opened the exit before its parts are undone.
        await UndoPartsAsync(fromBlock, cancellation).ConfigureAwait(false);
        tell(new WatchNews(WatchStep.RolledBack, await escrow.LastPeriodAsync(cancellation).ConfigureAwait(false)));
    }

    private async Task UndoPartsAsync(ulong fromBlock, CancellationToken cancellation)
    {
        while (!(await _parts.UnfinishedAsync(cancellation).ConfigureAwait(false)).IsNone)
        {
            var head = await client.BlockNumberAsync(cancellation).ConfigureAwait(false);
            var events = await _reader.EventsWithPartsAsync(fromBlock, head, cancellation).ConfigureAwait(false);
            try
            {
                await _parts.UndoAsync(sender, await _reader.UnfinishedAsync(events, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName is "PartNotNext" or "NothingUnfinished" or "NotYet")
            {
                logger.LogDebug("Somebody else undoes the parts as well, or may still finish them: {Why}", refusal.Message);
                await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The parts of a batch that is not finished, else the metered batch that stands on the last period, else the period.</summary>
    private async Task UndoLastAsync(ImmutableArray<ChainEvent> events, CancellationToken cancellation)
    {
        if (!(await _parts.UnfinishedAsync(cancellation).ConfigureAwait(false)).IsNone)
        {
            await _parts.UndoAsync(sender, await _reader.UnfinishedAsync(events, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return;
        }

        var last = await escrow.LastPeriodAsync(cancellation).ConfigureAwait(false);
        var settled = events.OfType<PeriodSettled>().Last(known => known.Settled.Period == last).Settled;
        if (EscrowReader.LastMeteredOn(last, events) is { } metered)
        {
            var own = SettlementCommitment.Of(settled);
            if (await WordsAsync(metered.TransactionHash, metered.DeltasHash, cancellation).ConfigureAwait(false) is { } moved)
            {
                await new MeteredSettlementContract(client, escrow).RollbackAsync(sender, own, metered.Before, metered.MeterRoot, moved, cancellation).ConfigureAwait(false);
                return;
            }

            await _parts.RollbackMeteredAsync(sender, own, metered.Before, metered.MeterRoot, metered.DeltasHash, cancellation).ConfigureAwait(false);
            return;
        }

        if (settled.DeltasHash != default && await WordsAsync(settled.TransactionHash, settled.DeltasHash, cancellation).ConfigureAwait(false) is { } words)
        {
            await escrow.RollbackAsync(sender, settled.BidsRoot, settled.TradesRoot, words, cancellation).ConfigureAwait(false);
        }
        else
        {
            await _parts.RollbackAsync(sender, settled.BidsRoot, settled.TradesRoot, settled.DeltasHash, cancellation).ConfigureAwait(false);
        }

        logger.LogWarning("Period {Period} is rolled back.", last);
    }

    /// <summary>The words of a batch that one transaction can move back; null for one that is to be undone by parts.</summary>
    private async Task<ImmutableArray<BigInteger>?> WordsAsync(Hash256 transaction, Hash256 hash, CancellationToken cancellation) =>
        await _reader.WordsAsync(transaction, hash, cancellation).ConfigureAwait(false) is { Length: <= BatchPartsContract.UndoneAtOnce } words ? words : null;

    /// <summary>Has the member paid as soon as the contract lets her go.</summary>
    private async Task LeaveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await escrow.ExitAsync(sender, Address.FromMember(member), cancellation).ConfigureAwait(false);
                logger.LogWarning("{Member} has left the escrow with all that she had.", member);
                tell(new WatchNews(WatchStep.Left, await escrow.LastPeriodAsync(cancellation).ConfigureAwait(false)));
                return;
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName is "NotYet" or "NotExiting")
            {
                await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName == "BatchUnfinished")
            {
                await UndoPartsAsync(await client.BlockNumberAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal)
            {
                logger.LogInformation("Nothing is left to be paid to {Member}: {Why}", member, refusal.Message);
                return;
            }
        }
    }

    /// <summary>Asks for all that the member has, and has it paid when it is beyond challenge.</summary>
    private async Task WithdrawAsync(AuditFinding finding, CancellationToken cancellation)
    {
        var address = Address.FromMember(member);
        if (await escrow.BalanceOfAsync(address, cancellation).ConfigureAwait(false) is var balance && balance > Money.Zero)
        {
            await escrow.RequestWithdrawalAsync(sender, balance, address, cancellation).ConfigureAwait(false);
        }

        tell(new WatchNews(WatchStep.Asked, finding.Period, finding));
        while (true)
        {
            try
            {
                await escrow.FinaliseWithdrawalAsync(sender, address, cancellation).ConfigureAwait(false);
                tell(new WatchNews(WatchStep.Left, finding.Period, finding));
                return;
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName is "NotYet" or "NotOpen")
            {
                await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName == "BatchUnfinished")
            {
                await UndoPartsAsync(await client.BlockNumberAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException refusal) when (refusal.ErrorName == "NothingRequested")
            {
                return; // Somebody had it paid already.
            }
        }
    }

    // A metered batch may have come to stand on the period since it was audited.
    private async Task<SettledPeriod> SettledNowAsync(SettledOnChain chain, CancellationToken cancellation)
    {
        var head = await client.BlockNumberAsync(cancellation).ConfigureAwait(false);
        var events = await _reader.EventsAsync(chain.Event.BlockNumber, head, null, cancellation).ConfigureAwait(false);
        return chain.Settled with { Metered = EscrowReader.MeteredOn(chain.Event.Period, events) };
    }
}
