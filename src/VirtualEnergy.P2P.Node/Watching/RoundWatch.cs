using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Auditing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>
/// Audits every round that the escrow settles, beside a node's trading: as soon as the chain has one, it is recomputed from its published bids. A
/// difference is logged as an error and, where the member wants that, challenged. Nothing here reaches the node's trading: what
/// fails is logged and tried again.
/// </summary>
public sealed class RoundWatch : IAsyncDisposable
{
    /// <summary>Blocks back that are looked at after a start: at 12 s a block more than a day.</summary>
    private const ulong LookBack = 10_000;

    /// <summary>Results that are remembered until the chain has them.</summary>
    private const int KeptResults = 960;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly WatchSettings _settings;
    private readonly EthereumKey _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JsonRpcClient _client;
    private readonly EnergySettlementContract _escrow;
    private readonly EscrowReader _reader;
    private readonly ExchangeRounds _published;
    private readonly ReceiptBook _receipts;
    private readonly ReadingReceiptBook _readings;
    private readonly ConcurrentDictionary<Period, Hash256> _told = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<(Period, Hash256)> _audited = [];
    private readonly List<Task> _challenges = [];
    private Challenger? _challenger;
    private Task _watching = Task.CompletedTask;

    /// <param name="settings">Where chain and exchange are.</param>
    /// <param name="key">The member's, for challenges.</param>
    /// <exception cref="UserErrorException">A file of receipts cannot be used.</exception>
    public RoundWatch(WatchSettings settings, EthereumKey key, TimeProvider time, ILogger logger)
    {
        (_settings, _key, _time, _logger) = (settings, key, time, logger);
        _client = new JsonRpcClient(settings.Rpc, time, new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. FraudProofsContract.Errors] });
        _escrow = new EnergySettlementContract(_client, settings.Contract);
        _reader = new EscrowReader(_client, _escrow);
        _published = new ExchangeRounds(settings.Exchange, time);
        _receipts = new ReceiptBook(settings.Receipts, logger);
        _readings = new ReadingReceiptBook(settings.Receipts is { } receipts ? receipts + ".readings" : null, logger);
    }

    /// <summary>Told what was found and done, on the watch's own thread.</summary>
    public event Action<WatchNews>? News;

    /// <summary>Begins; returns at once.</summary>
    public void Start() => _watching = Task.Run(() => UntilStoppedAsync("Watching the chain", WatchAsync));

    /// <summary>The exchange acknowledged a bid of this node's.</summary>
    public void Keep(BidReceipt receipt) => _receipts.Keep(receipt);

    /// <summary>The exchange acknowledged a reading of this home's meter.</summary>
    public void Keep(ReadingReceipt receipt) => _readings.Keep(receipt);

    /// <summary>The exchange told its members a result: it must be the round that it publishes and settles.</summary>
    public void Hear(RoundResult result)
    {
        _readings.Hear(result.Period);
        _told.TryAdd(result.Period, result.RoundHash);
        foreach (var old in _told.Keys.Where(period => period.Index <= result.Period.Index - KeptResults))
        {
            _told.TryRemove(old, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Task.WhenAll(_challenges).ConfigureAwait(false);
        _challenger?.Dispose();
        _published.Dispose();
        _client.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Whatever fails is said and begun again: a watch that ended in silence would be worse than none.</summary>
    private async Task UntilStoppedAsync(string what, Func<CancellationToken, Task> work)
    {
        for (var pause = _settings.Interval; !_stopping.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work(_stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                _logger.LogWarning("{What} is tried again in {Pause:0} s: {Why}", what, pause.TotalSeconds, failure.Message);
            }

            try
            {
                await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var market = await MarketAsync(cancellation).ConfigureAwait(false);
        var auditor = new RoundAuditor(market);
        var judge = new FraudProofsContract(await _escrow.JudgeAsync(cancellation).ConfigureAwait(false));
        var metering = new MeteringAudit(_reader, market, _published, new MeterRegister(_client, _escrow, judge, fromBlock: 0, isLive: true));
        _challenger ??= new Challenger(
            _client, _escrow, judge,
            new TransactionSender(_client, _key, market.Domain.ChainId, _time, new TransactionSenderOptions { EstimateOnPending = true }), _key.Address.ToMember(), _settings.Interval, _time, _logger, Tell);
        var periodsPerBatch = await _escrow.PeriodsPerBatchAsync(cancellation).ConfigureAwait(false);
        var head = await _client.BlockNumberAsync(cancellation).ConfigureAwait(false);
        MovingRounds? moving = null;
        var feed = new ChainFeed(_client, market.Domain.ChainId, _time, new ChainFeedOptions { PollInterval = _settings.Interval });
        var known = new List<ChainEvent>();
        _logger.LogInformation("Every round of {Contract} is audited{Challenged}.", _settings.Contract, _settings.Challenges ? " and, where it is false, challenged" : "");
        await foreach (var notice in feed.LogsAsync(new LogFilter(_settings.Contract, null, head > LookBack ? head - LookBack : 0), cancellation).ConfigureAwait(false))
        {
            if (ChainEvent.Of(notice.Log) is not { } happened)
            {
                continue;
            }

            if (notice.IsRemoved)
            {
                known.RemoveAll(other => other == happened);
                _audited.RemoveWhere(audited => audited.Item2 == happened.Transaction);
                continue;
            }

            known.Add(happened);
            switch (happened)
            {
                case PeriodSettled { Settled: var settled } when !_audited.Contains((settled.Period, settled.TransactionHash)):
                    moving ??= new MovingRounds(periodsPerBatch, head > LookBack ? null : known.OfType<PeriodSettled>().First().Settled.Period);
                    await AuditAsync(auditor, moving, settled, known, cancellation).ConfigureAwait(false);
                    _audited.Add((settled.Period, settled.TransactionHash));
                    break;
                case MeteredSettled { Settled: var batch } when !_audited.Contains((batch.MeteredPeriod, batch.TransactionHash)):
                    await AuditAsync(auditor, metering, batch, known, cancellation).ConfigureAwait(false);
                    _audited.Add((batch.MeteredPeriod, batch.TransactionHash));
                    break;
                case FraudWasProved proved:
                    _logger.LogError("Fraud was proved in period {Period}: nothing settles any more, and everyone can leave soon.", proved.Period);
                    break;
                case ExitWasOpened opened:
                    _logger.LogError("The exit is open, the last period that stands is {Period}: take your money out (ve funds, or anyone for you).", opened.LastPeriod);
                    break;
            }
        }
    }

    private async Task<AuditedMarket> MarketAsync(CancellationToken cancellation)
    {
        var described = await _published.MarketAsync(cancellation).ConfigureAwait(false);
        var chainId = await _client.ChainIdAsync(cancellation).ConfigureAwait(false);
        if (described.ChainId != chainId || Address.Parse(described.Contract) != _settings.Contract)
        {
            throw new RoundSourceException(
                $"{_published.Name} is of the market of contract {described.Contract} on chain {described.ChainId}; configured are {_settings.Contract} and a node on chain {chainId}.", isUnreadable: true);
        }

        var market = new AuditedMarket(new MarketDomain(chainId, _settings.Contract), described.Rules);
        return market.IsAgreed(await _escrow.RulesAsync(cancellation).ConfigureAwait(false)) ? market
            : throw new RoundSourceException($"{_published.Name} gives other rules than the contract was deployed with.", isUnreadable: true);
    }

    private async Task AuditAsync(RoundAuditor auditor, MovingRounds moving, SettledEvent settled, List<ChainEvent> known, CancellationToken cancellation)
    {
        var lanes = await _escrow.LanesAsync(cancellation).ConfigureAwait(false);
        var chain = await _reader.SettledAsync(settled, known, lanes, settled.BlockNumber, cancellation).ConfigureAwait(false);
        var next = moving.Next(chain);
        var (published, missing) = await PublishedAsync(
            settled.Period, "the round", _published.RoundAsync, await PatienceAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        missing = missing is null ? null : missing with { Evidence = FraudEvidence.Withheld("the heads of the round") };
        var audit = published is null ? new RoundAudit(missing, null, null) : next.Audit(auditor, published, _receipts.Of(settled.Period));
        moving.Done(chain, audit.Recomputed);
        if (Report(settled.Period, published, audit) is { } finding && _settings.Challenges)
        {
            Challenge($"The challenge of period {settled.Period}", stop => ChallengeAsync(auditor, finding, audit, next, chain, stop));
        }
    }

    private async Task AuditAsync(RoundAuditor auditor, MeteringAudit metering, SettledMeteredEvent batch, List<ChainEvent> known, CancellationToken cancellation)
    {
        var period = batch.MeteredPeriod;
        var lanes = await _escrow.LanesAsync(cancellation).ConfigureAwait(false);
        if (await metering.ReadAsync(batch, SettledOf, known, lanes, batch.BlockNumber, cancellation).ConfigureAwait(false) is not { } settled)
        {
            _logger.LogInformation("The deviations of period {Period} are not audited: what they stand on was settled before this watch began.", period);
            return;
        }

        var patience = await PatienceAsync(cancellation).ConfigureAwait(false);
        var (round, _) = await PublishedAsync(period, "the round", _published.RoundAsync, patience, cancellation).ConfigureAwait(false);
        if (round is null || auditor.Audit(round, settled.Period) is not { Recomputed: not null, Committed: not null } traded)
        {
            _logger.LogWarning("The deviations of period {Period} are not audited: its round is not right, or not to be had.", period);
            return;
        }

        var (published, missing) = await PublishedAsync(period, "what was metered", _published.MeteringAsync, patience, cancellation).ConfigureAwait(false);
        var audit = published is null ? null : await metering.AuditAsync(published, settled.Batch, traded, known, _readings.All, cancellation).ConfigureAwait(false);
        if ((missing ?? audit?.First) is not { } finding)
        {
            _logger.LogInformation("The deviations of period {Period} follow from its {Positions} positions.", period, published!.Positions.Length);
            Tell(new WatchNews(WatchStep.GoodMetering, period));
            return;
        }

        _logger.LogError(
            "The deviations of period {Period} do not follow from readings and trades, {What}: {Said}; {Follows}. {Proof}", period, finding.What, finding.Said,
            finding.Follows, VerifyTerminal.ProofOf(finding));
        Tell(new WatchNews(WatchStep.Different, period, finding));
        if (_settings.Challenges)
        {
            Challenge($"The challenge of the deviations of period {period}", stop => _challenger!.ChallengeAsync(finding, audit, settled.Batch, stop));
        }

        SettledEvent? SettledOf(Period other) => known.OfType<PeriodSettled>().LastOrDefault(happened => happened.Settled.Period == other)?.Settled;
    }

    private void Challenge(string what, Func<CancellationToken, Task> challenge)
    {
        _challenges.RemoveAll(other => other.IsCompleted);
        _challenges.Add(UntilStoppedAsync(what, challenge));
    }

    private async Task<TimeSpan> PatienceAsync(CancellationToken cancellation) =>
        _settings.Patience ?? await _escrow.ChallengeAsync(cancellation).ConfigureAwait(false) / 8;

    private async Task ChallengeAsync(
        RoundAuditor auditor, AuditFinding finding, RoundAudit audit, MovingRound moving, SettledOnChain chain, CancellationToken cancellation)
    {
        while (!await _challenger!.ChallengeAsync(finding, audit, chain, cancellation).ConfigureAwait(false))
        {
            var (published, _) = await PublishedAsync(finding.Period, "the round", _published.RoundAsync, TimeSpan.MaxValue, cancellation).ConfigureAwait(false);
            audit = moving.Audit(auditor, published!, _receipts.Of(finding.Period));
            if (Report(finding.Period, published, audit) is not { } next)
            {
                return;
            }

            finding = next;
        }
    }

    private AuditFinding? Report(Period period, PublishedRound? published, RoundAudit audit)
    {
        if ((audit.First ?? ToldOtherwise(published)) is not { } finding)
        {
            _logger.LogInformation("Period {Period} follows from its {Bids} bids.", period, published!.Bids.Length);
            Tell(new WatchNews(WatchStep.Good, period));
            return null;
        }

        _logger.LogError(
            "Period {Period} does not follow from its bids, {What}: {Said}; {Follows}. {Proof}", finding.Period, finding.What, finding.Said, finding.Follows,
            VerifyTerminal.ProofOf(finding));
        Tell(new WatchNews(WatchStep.Different, period, finding));
        return finding;
    }

    private async Task<(T? Published, AuditFinding? Missing)> PublishedAsync<T>(
        Period period, string what, Func<Period, CancellationToken, Task<T?>> ask, TimeSpan patience, CancellationToken cancellation)
        where T : class
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            string why;
            try
            {
                if (await ask(period, cancellation).ConfigureAwait(false) is { } published)
                {
                    return (published, null);
                }

                why = $"{_published.Name} does not have it";
            }
            catch (RoundSourceException failure)
            {
                why = failure.Message.TrimEnd('.');
            }

            if (_time.GetElapsedTime(start) >= patience)
            {
                return (null, new AuditFinding(period, AuditCheck.Published, what, why, "the chain settled it"));
            }

            await Task.Delay(_settings.Interval, _time, cancellation).ConfigureAwait(false);
        }
    }

    private AuditFinding? ToldOtherwise(PublishedRound? published) =>
        published is not null && _told.TryRemove(published.Period, out var told) && told != published.RoundHash
            ? new AuditFinding(published.Period, AuditCheck.Told, "the result", $"members were told a round with the hash {told}", $"published and settled is {published.RoundHash}")
            : null;

    private void Tell(WatchNews news) => News?.Invoke(news);
}
