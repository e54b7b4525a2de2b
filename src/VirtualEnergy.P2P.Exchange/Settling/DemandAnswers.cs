using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Shows on the chain whatever part of a round somebody demands there, from the journal: an operator who stays silent loses the bond, so
/// this one must not by accident. What fails is tried again as long as there is time, and so is what the chain has lost: until its time is over an answer is looked after.
/// </summary>
public sealed class DemandAnswers(
    ExchangeOptions options, EnergySettlementContract contract, IEthereumClient client, ExchangeJournal journal, Settler settler, SettlementCalls calls, PartwiseOutbox parts, MeteredOutbox metered,
    TimeProvider time, ILogger<DemandAnswers> logger) : BackgroundService
{
    /// <summary>A part of the time for an answer, so that several tries fit into it; see DataDemands.sol for the quarter.</summary>
    private const int LooksAChallenge = 40;

    /// <summary>No node is asked for the logs of more blocks at once, and no older ones after a start: at 12 s a block a week.</summary>
    private const ulong MostBlocks = 50_000;

    /// <summary>So many blocks are read again at each look: a reorganisation may have put a demand into one that was read.</summary>
    private const ulong Overlap = 64;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    // With the transaction that answered it; null where there is none yet, or somebody else's.
    private readonly Dictionary<DataDemand, Hash256?> _open = [];
    private ulong? _next;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        FraudProofsContract? judge = null;
        var interval = LongestInterval;
        while (true)
        {
            try
            {
                // Both are fixed at the escrow's deployment.
                if (judge is null)
                {
                    judge = new FraudProofsContract(await contract.JudgeAsync(stoppingToken));
                    interval = IntervalOf(await contract.ChallengeAsync(stoppingToken));
                }

                await LookAsync(judge, stoppingToken);
            }
            catch (Exception failure) when (failure is EthereumException or JournalException or ObjectDisposedException)
            {
                logger.LogDebug("Demands for data were not read: {Why}", failure.Message);
            }

            await Task.Delay(interval, time, stoppingToken);
        }
    }

    private static TimeSpan IntervalOf(TimeSpan challenge) =>
        challenge / LooksAChallenge is var part && part > TimeSpan.Zero && part < LongestInterval ? part : LongestInterval;

    private async Task LookAsync(FraudProofsContract judge, CancellationToken cancellation)
    {
        var head = await client.BlockNumberAsync(cancellation);
        var (reread, known) = _next is { } next ? (Overlap, Math.Min(next, head)) : (MostBlocks, head);
        var from = known > reread ? known - reread : 0;
        while (from <= head)
        {
            var to = Math.Min(head, from + MostBlocks - 1);
            foreach (var demand in await judge.DemandsAsync(client, options.Contract, from, to, cancellation))
            {
                _open.TryAdd(demand, null);
            }

            _next = from = to + 1;
        }

        foreach (var (demand, answer) in _open.ToList())
        {
            if (demand.Deadline <= time.GetUtcNow())
            {
                _open.Remove(demand);
            }
            else if (answer is not { } transaction || await client.ReceiptAsync(transaction, cancellation) is null)
            {
                _open[demand] = await AnswerAsync(judge, demand, answer is not null, cancellation);
            }
        }
    }

    /// <param name="isLost">It was answered, and the chain does not have the answer any more.</param>
    /// <returns>The transaction that answers it; null where there is none.</returns>
    private async Task<Hash256?> AnswerAsync(FraudProofsContract judge, DataDemand demand, bool isLost, CancellationToken cancellation)
    {
        if (journal.Round(demand.Period) is not { } journalled)
        {
            logger.LogError("Somebody demands a part of period {Period} on the chain, and the journal does not have it.", demand.Period.Index);
            return null;
        }

        try
        {
            var round = await RoundOfAsync(journalled, await contract.LanesAsync(cancellation), cancellation);
            var receipt = await judge.AnswerAsync(settler.Sender, round, demand.Part, demand.Place, cancellation);
            logger.LogInformation(
                "The {Part} {Place} of period {Period} was demanded on the chain and is shown there{Again}, {Gas} gas.",
                demand.Part, demand.Place, demand.Period.Index, isLost ? " again, as the chain lost the answer" : "", receipt.GasUsed);
            return receipt.TransactionHash;
        }
        catch (EthereumRevertException refusal)
        {
            // Answered by somebody else or in an earlier run, mostly; the chain may lose that as well.
            logger.LogDebug("A demand about period {Period} needs no answer: {Why}", demand.Period.Index, refusal.Message);
            return null;
        }
        catch (EthereumException failure)
        {
            logger.LogWarning("A demand about period {Period} is not answered yet: {Why}", demand.Period.Index, failure.Message);
            return null;
        }
    }

    private async Task<SettledRound> RoundOfAsync(JournalledRound journalled, MemberLanes lanes, CancellationToken cancellation)
    {
        var bids = JournalReplay.Counting(journal.Bids(journalled.Period));
        var clearing = new Clearing(journalled.Price, journalled.Interval, journalled.Volume, []) { Charges = journalled.Charges };
        var round = new Round(journalled.Period, bids, clearing, journalled.Trades, journalled.Deltas()) { Accounts = journalled.Accounts };
        var settled = new SettledPeriod(
            journalled.Period, journalled.BidsRoot, journalled.TradesRoot, calls.DeltasHashOf(journalled, lanes, parts.ChainOf(BatchKind.Trades, journalled.Period)))
        {
            Metered = await metered.HashOnAsync(journalled.Period, lanes, cancellation) ?? default,
        };
        return new SettledRound(options.Contract, settled, CommittedRules.Of(options.Rules), new CommittedBids(bids), CommittedTrades.Of(round));
    }
}
