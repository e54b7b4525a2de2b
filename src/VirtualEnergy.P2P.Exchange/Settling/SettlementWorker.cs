using System.Threading.Channels;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Brings the rounds to the chain, one after another, behind the round clock. Whatever the chain does, it tries again, with
/// longer waits up to half a minute; rounds go on meanwhile. While nothing is due it looks how the chain is.
/// </summary>
public sealed class SettlementWorker(
    ExchangeOptions options, Settler settler, MeteredSettler metered, ChainStatus chain, FundsLedger ledger, RoundHistory history, MarketViews views, FundsWatch watch, LiveFeed live,
    TimeProvider time, ILogger<SettlementWorker> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // Unbounded in principle, in fact by the rounds that a chain can be away for: one entry each.
    private readonly Channel<JournalledRound> _due = Channel.CreateUnbounded<JournalledRound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _allSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allMetered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _noMoreMetered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the round after which nothing follows is settled.</summary>
    public Task AllSettled => _allSettled.Task;

    /// <summary>
    /// Done when the metered batches after which nothing follows are settled too, or can only be settled once there is another trading period.
    /// </summary>
    public Task AllMetered => _allMetered.Task;

    /// <summary>A cleared round is due. In the order of periods.</summary>
    public void Enqueue(JournalledRound round) => _due.Writer.TryWrite(round);

    /// <summary>Nothing follows what is enqueued.</summary>
    public void CompleteAfterLast() => _due.Writer.TryComplete();

    /// <summary>No metered batch follows what is enqueued.</summary>
    public void CompleteMetered() => _noMoreMetered.TrySetResult();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await NextAsync(stoppingToken) is { } round)
        {
            await SettleAsync(round, stoppingToken);
        }

        _allSettled.TrySetResult();
        while (true)
        {
            var (enqueued, completed) = (metered.Enqueued, _noMoreMetered.Task.IsCompleted);
            var settled = await TrySettleMeteredAsync(stoppingToken);
            if (completed && settled)
            {
                _allMetered.TrySetResult();
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var wait = Task.Delay(settled ? LookInterval : FirstRetry, time, over.Token);
            if (await Task.WhenAny(completed ? wait : _noMoreMetered.Task, enqueued, wait) == wait && settled)
            {
                await LookAsync(stoppingToken);
            }

            await over.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Metered batches never hold trading up: what fails is tried again before the next round, or with the next look at the chain.</summary>
    /// <returns>Whether the chain was reached.</returns>
    private async Task<bool> TrySettleMeteredAsync(CancellationToken cancellation)
    {
        try
        {
            var waiting = metered.Waiting;
            if (waiting > 0)
            {
                await metered.SettleDueAsync(cancellation);
                if (metered.Waiting < waiting)
                {
                    await ObserveBalancesAsync(cancellation);
                    live.Changed(LivePart.Chain);
                }
            }

            return true;
        }
        catch (Exception failure) when (failure is EthereumException or JournalException or ArgumentException)
        {
            logger.LogWarning("Settlement of deviations waits: {Why}", failure.Message);
            return false;
        }
    }

    private async Task<JournalledRound?> NextAsync(CancellationToken cancellation)
    {
        var ready = _due.Reader.WaitToReadAsync(cancellation).AsTask();

        // Taken before looking, so that a batch that comes in between is not overlooked.
        var enqueued = metered.Enqueued;
        if (!ready.IsCompleted)
        {
            await TrySettleMeteredAsync(cancellation);
        }

        while (!ready.IsCompleted)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var look = Task.Delay(LookInterval, time, over.Token);
            var first = await Task.WhenAny(ready, look, enqueued);
            if (first == look)
            {
                await LookAsync(cancellation);
            }

            if (first != ready)
            {
                enqueued = metered.Enqueued;
                await TrySettleMeteredAsync(cancellation);
            }

            await over.CancelAsync();
        }

        return await ready && _due.Reader.TryRead(out var round) ? round : null;
    }

    private async Task SettleAsync(JournalledRound round, CancellationToken cancellation)
    {
        for (var wait = FirstRetry; ; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            try
            {
                await metered.SettleBeforeAsync(round.Period, cancellation);
                var settlement = await settler.SettleAsync(round, cancellation);
                ledger.Settle(round.Period);
                history.Settle(settlement, round.Trades.Length);
                (chain.IsConnected, chain.Block) = (true, settlement.Block ?? chain.Block);
                await ObserveBalancesAsync(cancellation);
                Tell(round, settlement);
                return;
            }
            catch (Exception failure) when (failure is EthereumException or JournalException or ArgumentException)
            {
                chain.IsConnected = failure is not (EthereumTransportException or TransactionTimeoutException);
                logger.LogWarning("Settlement of period {Period} waits {Wait}: {Why}", round.Period.Index, wait, failure.Message);
                options.Progress?.Report(new SettlementDelayed(round.Period, failure.Message, wait));
                live.Changed(LivePart.Chain);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var block = await settler.BlockAsync(cancellation);
            await ObserveBalancesAsync(cancellation);
            (chain.IsConnected, chain.Block) = (true, block);
        }
        catch (EthereumException failure)
        {
            chain.IsConnected = false;
            logger.LogWarning("The chain does not answer: {Why}", failure.Message);
        }

        live.Changed(LivePart.Chain);
    }

    // Only this worker settles, so what the chain shows between two of its batches is after the one and before the other.
    private async Task ObserveBalancesAsync(CancellationToken cancellation)
    {
        try
        {
            ledger.Observe(await settler.BalancesAsync(cancellation));
            watch.TellAll();
            live.Changed(LivePart.Members);
        }
        catch (EthereumException failure)
        {
            logger.LogDebug("Balances were not read: {Why}", failure.Message);
        }
    }

    private void Tell(JournalledRound round, JournalledSettlement settlement)
    {
        logger.LogInformation(
            "Period {Period} settled in block {Block}, transaction {Transaction}, {Gas} gas.",
            round.Period.Index, settlement.Block, settlement.Transaction, settlement.Gas);
        options.Progress?.Report(new RoundSettled(round.Period, settlement.Transaction?.ToString(), settlement.Block, settlement.Gas));
        live.Changed(views.Of(new PastRound(round, settlement)));
        live.Changed(LivePart.Chain);
    }
}
