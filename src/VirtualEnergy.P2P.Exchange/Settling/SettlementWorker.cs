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
    ExchangeOptions options, Settler settler, ChainStatus chain, FundsLedger ledger, RoundHistory history, MarketViews views, FundsWatch watch, LiveFeed live,
    TimeProvider time, ILogger<SettlementWorker> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // Unbounded in principle, in fact by the rounds that a chain can be away for: one entry each.
    private readonly Channel<JournalledRound> _due = Channel.CreateUnbounded<JournalledRound>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _allSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the round after which nothing follows is settled.</summary>
    public Task AllSettled => _allSettled.Task;

    /// <summary>A cleared round is due. In the order of periods.</summary>
    public void Enqueue(JournalledRound round) => _due.Writer.TryWrite(round);

    /// <summary>Nothing follows what is enqueued.</summary>
    public void CompleteAfterLast() => _due.Writer.TryComplete();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await NextAsync(stoppingToken) is { } round)
        {
            await SettleAsync(round, stoppingToken);
        }

        _allSettled.TrySetResult();
        while (true)
        {
            await Task.Delay(LookInterval, time, stoppingToken);
            await LookAsync(stoppingToken);
        }
    }

    private async Task<JournalledRound?> NextAsync(CancellationToken cancellation)
    {
        var ready = _due.Reader.WaitToReadAsync(cancellation).AsTask();
        while (!ready.IsCompleted)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (await Task.WhenAny(ready, Task.Delay(LookInterval, time, over.Token)) != ready)
            {
                await LookAsync(cancellation);
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
