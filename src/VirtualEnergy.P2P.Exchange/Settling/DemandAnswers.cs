using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Shows on the chain whatever part of a round somebody demands there, from the journal: an operator who stays silent loses the bond, so
/// this one must not by accident. Each demand is answered once; what fails is tried again as long as there is time.
/// </summary>
public sealed class DemandAnswers(
    ExchangeOptions options, EnergySettlementContract contract, IEthereumClient client, ExchangeJournal journal, Settler settler, SettlementCalls calls, MeteredOutbox metered,
    TimeProvider time, ILogger<DemandAnswers> logger) : BackgroundService
{
    /// <summary>A part of the time for an answer, so that several tries fit into it; see DataDemands.sol for the quarter.</summary>
    private const int LooksAChallenge = 40;

    /// <summary>No node is asked for the logs of more blocks at once, and no older ones after a start: at 12 s a block a week.</summary>
    private const ulong MostBlocks = 50_000;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    private readonly List<DataDemand> _open = [];
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
        var from = _next ?? (head > MostBlocks ? head - MostBlocks : 0);
        while (from <= head)
        {
            var to = Math.Min(head, from + MostBlocks - 1);
            _open.AddRange(await judge.DemandsAsync(client, options.Contract, from, to, cancellation));
            _next = from = to + 1;
        }

        foreach (var demand in _open.ToList())
        {
            if (demand.Deadline <= time.GetUtcNow() || await AnswerAsync(judge, demand, cancellation))
            {
                _open.Remove(demand);
            }
        }
    }

    /// <returns>Whether nothing is left to do about it.</returns>
    private async Task<bool> AnswerAsync(FraudProofsContract judge, DataDemand demand, CancellationToken cancellation)
    {
        if (journal.Round(demand.Period) is not { } journalled)
        {
            logger.LogError("Somebody demands a part of period {Period} on the chain, and the journal does not have it.", demand.Period.Index);
            return true;
        }

        try
        {
            var round = await RoundOfAsync(journalled, await contract.LanesAsync(cancellation), cancellation);
            var receipt = await judge.AnswerAsync(settler.Sender, round, demand.Part, demand.Place, cancellation);
            logger.LogInformation(
                "The {Part} {Place} of period {Period} was demanded on the chain and is shown there, {Gas} gas.",
                demand.Part, demand.Place, demand.Period.Index, receipt.GasUsed);
            return true;
        }
        catch (EthereumRevertException refusal)
        {
            // Answered by somebody else or in an earlier run, mostly.
            logger.LogInformation("A demand about period {Period} needs no answer any more: {Why}", demand.Period.Index, refusal.Message);
            return true;
        }
        catch (EthereumException failure)
        {
            logger.LogWarning("A demand about period {Period} is not answered yet: {Why}", demand.Period.Index, failure.Message);
            return false;
        }
    }

    private async Task<SettledRound> RoundOfAsync(JournalledRound journalled, MemberLanes lanes, CancellationToken cancellation)
    {
        var bids = JournalReplay.Counting(journal.Bids(journalled.Period));
        var clearing = new Clearing(journalled.Price, journalled.Interval, journalled.Volume, []) { Charges = journalled.Charges };
        var round = new Round(journalled.Period, bids, clearing, journalled.Trades, journalled.Deltas()) { Accounts = journalled.Accounts };
        var settled = new SettledPeriod(
            journalled.Period, journalled.BidsRoot, journalled.TradesRoot, calls.DeltasHashOf(journalled, lanes))
        {
            Metered = await metered.HashOnAsync(journalled.Period, lanes, cancellation) ?? default,
        };
        return new SettledRound(options.Contract, settled, CommittedRules.Of(options.Rules), new CommittedBids(bids), CommittedTrades.Of(round));
    }
}
