using System.Collections.Concurrent;
using System.Threading.Channels;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Brings the rounds to the chain, one after another, behind the round clock. Whatever the chain does, it tries again, with
/// longer waits up to half a minute; rounds go on meanwhile. While nothing is due it looks how the chain is. Batches that the chain lost it
/// sends again; when the chain has what is not this journal's, it settles nothing until the two agree again.
/// </summary>
public sealed class SettlementWorker(
    ExchangeOptions options, Settler settler, MeteredSettler metered, ChainStatus chain, FundsLedger ledger, RoundHistory history, ExchangeJournal journal, MarketViews views,
    FundsWatch watch, LiveFeed live, TimeProvider time, ILogger<SettlementWorker> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // What was cleared in this run and is not settled: the journal has it too, so this is a cache that rounds leave as they settle.
    private readonly ConcurrentDictionary<Period, JournalledRound> _cleared = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _allSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allMetered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isComplete;
    private volatile bool _isMeteredComplete;
    private Period? _settled;
    private long _lastDue = long.MinValue;
    private TimeSpan _wait = FirstRetry;

    /// <summary>Done when the round after which nothing follows is settled. Fails with <see cref="SettlementStoppedException"/> where settlement has stopped by then.</summary>
    public Task AllSettled => _allSettled.Task;

    /// <summary>
    /// Done when the metered batches after which nothing follows are settled too, or can only be settled once there is another trading period.
    /// </summary>
    public Task AllMetered => _allMetered.Task;

    /// <summary>From where settlement goes on. Before the first round is enqueued.</summary>
    /// <param name="lastSettled">The last period that the contract has.</param>
    public void StartAfter(Period lastSettled)
    {
        _settled = lastSettled;
        Volatile.Write(ref _lastDue, history.LastCleared?.Index ?? long.MinValue);
    }

    /// <summary>A cleared round is due. In the order of periods.</summary>
    public void Enqueue(JournalledRound round)
    {
        _cleared[round.Period] = round;
        Volatile.Write(ref _lastDue, round.Period.Index);
        _news.Writer.TryWrite(true);
    }

    /// <summary>Nothing follows what is enqueued.</summary>
    public void CompleteAfterLast()
    {
        _isComplete = true;
        _news.Writer.TryWrite(true);
    }

    /// <summary>No metered batch follows what is enqueued.</summary>
    public void CompleteMetered()
    {
        _isMeteredComplete = true;
        _news.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        metered.Enqueued = () => _news.Writer.TryWrite(true);
        while (true)
        {
            var (isComplete, isMeteredComplete) = (_isComplete, _isMeteredComplete); // before looking what is due: nothing comes after it
            if (chain.Stopped is null && Due() is { } round)
            {
                await SettleAsync(round, stoppingToken);
                continue;
            }

            if (isComplete && chain.Stopped is null)
            {
                _allSettled.TrySetResult();
            }

            var isReached = chain.Stopped is not null || await TrySettleMeteredAsync(stoppingToken);
            if (isReached && isComplete && isMeteredComplete && chain.Stopped is null)
            {
                _allMetered.TrySetResult();
            }

            if (isComplete && chain.Stopped is not null)
            {
                await LookAsync(stoppingToken); // It may have been settled by now after all.
                if (chain.Stopped is { } why)
                {
                    FailWaiting(why);
                }
            }

            if (!await HasNewsAsync(isReached ? LookInterval : FirstRetry, stoppingToken) || chain.Stopped is not null)
            {
                await LookAsync(stoppingToken);
            }
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

    /// <returns>False when only time has passed.</returns>
    private async Task<bool> HasNewsAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var pace = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pace.Token, cancellation);
        try
        {
            return await _news.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private JournalledRound? Due()
    {
        var next = (_settled ?? throw new InvalidOperationException("Nobody said where settlement begins.")).Next;
        return _cleared.TryGetValue(next, out var round) ? round : next.Index <= Volatile.Read(ref _lastDue) ? journal.Round(next) : null;
    }

    private async Task SettleAsync(JournalledRound round, CancellationToken cancellation)
    {
        try
        {
            await metered.SettleBeforeAsync(round.Period, cancellation);
            var batch = await settler.SettleAsync(round, cancellation);
            Settled(round, batch);
            (chain.IsConnected, chain.Block, _wait) = (true, batch.Block ?? chain.Block, FirstRetry);
            await ObserveBalancesAsync(cancellation);
            Tell(round, batch);
        }
        catch (Exception failure) when (failure is EthereumException or JournalException or ArgumentException)
        {
            chain.IsConnected = failure is not (EthereumTransportException or TransactionTimeoutException);
            if (failure is EthereumRevertException or NonceTakenException or NonceGapException && await TryCompareAsync(deep: false, cancellation))
            {
                return; // The chain is not where it was thought to be; now that is known.
            }

            if (failure is NonceGapException gap)
            {
                await TryFillAsync(gap, cancellation);
            }

            logger.LogWarning("Settlement of period {Period} waits {Wait}: {Why}", round.Period.Index, _wait, failure.Message);
            options.Progress?.Report(new SettlementDelayed(round.Period, failure.Message, _wait));
            live.Changed(LivePart.Chain);
            await Task.Delay(_wait, time, cancellation);
            _wait = _wait * 2 < LongestRetry ? _wait * 2 : LongestRetry;
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var block = await settler.BlockAsync(cancellation);
            await CompareAsync(deep: false, cancellation);
            chain.LastFinal = await settler.FinaliseAsync(cancellation);
            await ObserveBalancesAsync(cancellation);
            (chain.IsConnected, chain.Block) = (true, block);
        }
        catch (Exception failure) when (failure is EthereumException or JournalException)
        {
            chain.IsConnected = failure is not (EthereumTransportException or TransactionTimeoutException);
            logger.LogWarning("The chain was not looked at: {Why}", failure.Message);
        }

        live.Changed(LivePart.Chain);
    }

    /// <returns>Whether chain and outbox had parted.</returns>
    private async Task<bool> TryCompareAsync(bool deep, CancellationToken cancellation)
    {
        try
        {
            return await CompareAsync(deep, cancellation) is not ChainAgrees;
        }
        catch (EthereumException failure)
        {
            logger.LogDebug("The chain was not compared: {Why}", failure.Message);
            return false;
        }
    }

    // The contract is where it should be: what the chain lost was no batch.
    private async Task TryFillAsync(NonceGapException gap, CancellationToken cancellation)
    {
        try
        {
            await settler.Sender.FillGapAsync(gap.Transaction.Nonce, cancellation);
        }
        catch (Exception failure) when (failure is EthereumException or InvalidOperationException)
        {
            logger.LogWarning("Missing nonces were not filled: {Why}", failure.Message);
        }
    }

    private async Task<ChainComparison> CompareAsync(bool deep, CancellationToken cancellation)
    {
        var comparison = await settler.CompareAsync(deep, cancellation);
        switch (comparison)
        {
            case OtherChain other:
                Stop(other.Why);
                return comparison;
            case ChainLost lost:
                for (var period = lost.To; period >= lost.From; period = period.Previous)
                {
                    Lost(journal.Round(period)!);
                }

                logger.LogWarning("The chain lost periods {From} to {To}: they are sent again.", lost.From.Index, lost.To.Index);
                options.Progress?.Report(new SettlementLost(lost.From, lost.To));
                break;
            case ChainHasMore more:
                for (var period = more.From; period <= more.To; period = period.Next)
                {
                    var (round, batch) = (journal.Round(period)!, journal.Batch(BatchKind.Trades, period)!);
                    Settled(round, batch);
                    Tell(round, batch);
                }

                break;
        }

        await metered.CompareAsync(cancellation);
        if (chain.Stopped is not null)
        {
            logger.LogWarning("Chain and journal agree again: settlement goes on.");
            chain.Stopped = null;
        }

        return comparison;
    }

    private void Stop(string why)
    {
        var isNews = chain.Stopped is null;
        chain.Stopped = why;
        if (isNews)
        {
            logger.LogError("Settlement stops, the market goes on. {Why}", why);
            options.Progress?.Report(new SettlementStopped(_settled!.Value.Next, why));
        }

        live.Changed(LivePart.Chain);
    }

    // Nobody has to wait, and not all do: what is awaited later fails just so.
    private void FailWaiting(string why)
    {
        if (_allSettled.TrySetException(new SettlementStoppedException(why)) | _allMetered.TrySetException(new SettlementStoppedException(why)))
        {
            logger.LogError("The planned rounds are cleared and are not going to be settled. {Why}", why);
        }
    }

    private void Settled(JournalledRound round, OutboxBatch batch)
    {
        if (settler.Cadence.MovesBalances(round.Period))
        {
            for (var period = settler.Cadence.FirstOfBatch(round.Period); period <= round.Period; period = period.Next)
            {
                ledger.Settle(period);
            }
        }

        history.Settle(batch, round.Trades.Length);
        _cleared.TryRemove(round.Period, out _);
        _settled = round.Period;
    }

    private void Lost(JournalledRound round)
    {
        if (settler.Cadence.MovesBalances(round.Period))
        {
            foreach (var moved in journal.Rounds(settler.Cadence.FirstOfBatch(round.Period), round.Period))
            {
                ledger.Unsettle(moved.Period, moved.Deltas());
            }
        }

        history.Unsettle(round.Period, round.Trades.Length);
        _settled = round.Period.Previous;
        live.Changed(views.Of(new PastRound(round, journal.Batch(BatchKind.Trades, round.Period))));
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

    private void Tell(JournalledRound round, OutboxBatch batch)
    {
        logger.LogInformation(
            "Period {Period} settled in block {Block}, transaction {Transaction}, {Gas} gas.",
            round.Period.Index, batch.Block, batch.Transaction, batch.Gas);
        options.Progress?.Report(new RoundSettled(round.Period, batch.Transaction?.ToString(), batch.Block, batch.Gas));
        live.Changed(views.Of(new PastRound(round, batch)));
        live.Changed(LivePart.Chain);
    }
}
