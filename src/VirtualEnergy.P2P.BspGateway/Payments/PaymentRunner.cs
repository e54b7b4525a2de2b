using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>The gateway's payments at work: their file, their node, and a look every few seconds.</summary>
internal sealed class PaymentRunner : IDisposable
{
    private readonly PaymentOptions _options;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly DurableLines _log;
    private readonly string? _folder;
    private readonly TimeProvider _time;
    private DateTimeOffset? _shortened;
    private readonly JsonRpcClient _client;
    private readonly TransactionSender _sender;

    /// <param name="folder">Where <c>payments.jsonl</c> is.</param>
    /// <param name="changed">Something was stated or paid.</param>
    /// <exception cref="GatewayStartException">The file cannot be opened or trusted.</exception>
    public PaymentRunner(PaymentOptions options, string? folder, Func<ImmutableArray<PeriodSettlement>> settled, PeriodGrid grid, TimeProvider time, Action changed, ILogger logger)
    {
        (_options, _logger, _changed, _folder, _time) = (options, logger, changed, folder, time);
        _log = DurableLines.Open(folder, "payments.jsonl");
        try
        {
            Book = PaymentBook.Open(new PaymentParties(options.ChainId, options.Contract, options.Key.Address) { Operator = options.Operator }, _log.Written.Span, _log.Append, out var whole);
            _log.Keep(whole);
        }
        catch
        {
            _log.Dispose();
            throw;
        }

        _client = new JsonRpcClient(options.Rpc, options.ChainTime, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });
        _sender = new TransactionSender(
            _client, options.Key, options.ChainId, options.ChainTime, new TransactionSenderOptions { Confirmations = options.Confirmations });
        Desk = new PaymentDesk(settled, Book, _sender, options, grid, time);
    }

    public PaymentBook Book { get; }

    public PaymentDesk Desk { get; }

    public PaymentOptions Options => _options;

    /// <summary>Runs until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        PaymentProblem? told = null;
        try
        {
            while (true)
            {
                if (await Desk.RunAsync(stop))
                {
                    _changed();
                }

                if (Desk.Problem is { } problem && problem != told)
                {
                    _logger.PaymentsWait(problem.Code, problem.Words);
                }

                told = Desk.Problem;
                Shorten(_time.GetUtcNow());
                await Task.Delay(_options.Pause, _options.ChainTime, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops; what is under way is looked for at its next start.
        }
        catch (Exception failure)
        {
            // Nobody is paid twice for going on; but what nobody thought of should be looked at first.
            _logger.PaymentsStopped(failure);
        }
    }

    // At the start and once a day. What leaves goes to paid.jsonl first, which is only written: a line may stand there twice, but none is lost.
    private void Shorten(DateTimeOffset now)
    {
        if (_shortened is { } last && now - last < TimeSpan.FromDays(1))
        {
            return;
        }

        _shortened = now;
        try
        {
            BaseEntry? closed = null;
            _log.Replace(log =>
            {
                (var kept, var gone, closed) = PaymentHorizon.Split(log, now);
                if (gone.Count > 0)
                {
                    using var archive = DurableLines.Open(_folder, "paid.jsonl");
                    archive.Keep(archive.Written.Span.LastIndexOf((byte)'\n') + 1);
                    archive.Append((byte[])[.. gone.SelectMany(line => line.ToArray())]);
                }

                return kept;
            });
            if (closed is not null)
            {
                Book.Drop(closed);
            }
        }
        catch (IOException failure)
        {
            // The long log is as good.
            _logger.NotCompacted(failure);
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _client.Dispose();
        _log.Dispose();
    }
}
