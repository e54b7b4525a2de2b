using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Signs what the meters counted, sends it until the exchange has acknowledged it, and looks whether the exchange goes by it.</summary>
/// <param name="member">Whose meters they are.</param>
/// <param name="topic">Where readings go.</param>
/// <param name="pending">Holds the one that waits for its receipt.</param>
/// <param name="receipted">Told of each receipt by which a reading counts.</param>
/// <param name="logger">Told what a member would want to know.</param>
internal sealed class ReadingPost(MemberId member, string topic, PendingBid pending, Action<ReadingReceipt> receipted, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly OwnReadings _readings = new();
    private (Period Period, long Number)? _unanswered;
    private string? _refused;
    private volatile bool _isSilent;

    /// <summary>Whether the exchange has answered the last reading. Any thread may ask.</summary>
    public bool IsAnswered
    {
        get
        {
            lock (_lock)
            {
                return _unanswered is null;
            }
        }
    }

    /// <summary>A real meter's reading goes out when its period is over, long after the round's result.</summary>
    /// <param name="meter">Waits for the period's end and says what was counted; null where the meter was silent.</param>
    /// <param name="counted">Told what it was, once it is sent.</param>
    public async Task SendWhenOverAsync(
        Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>> meter, JoinedMarket market, EthereumKey key, Period period, Func<Period, PeriodCounts, Task> counted,
        CancellationToken cancellation)
    {
        try
        {
            if (await meter(period, market.Description.Rules.Grid, cancellation).ConfigureAwait(false) is { } counts)
            {
                var metered = new MeteredEnergy(member, period, 1, counts.Import, counts.Export, counts.Production ?? Energy.Zero, Energy.Zero, Energy.Zero);
                _isSilent = false;
                await SendAsync(market, key, metered, cancellation).ConfigureAwait(false);
                await counted(period, counts).ConfigureAwait(false);
            }
            else if (!_isSilent)
            {
                // A meter that is broken is for many periods.
                _isSilent = true;
                logger.LogWarning("The home's meter was silent at an end of period {Period}, or nobody listened yet: the exchange estimates, until the meter counts a whole period.", period);
            }
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug(failure, "The reading of period {Period} was not sent.", period);
        }
    }

    /// <summary>Signs a reading and sends it. Any thread may call.</summary>
    public Task SendAsync(JoinedMarket market, EthereumKey key, MeteredEnergy metered, CancellationToken cancellation)
    {
        var reading = new MeterReading(
            member, metered.Period, metered.Number, metered.Import, metered.Export, metered.Production, metered.Charge, metered.Discharge,
            market.Readings.Sign(metered, key));
        lock (_lock)
        {
            _unanswered = (metered.Period, metered.Number);
            _readings.Sent(reading);
        }

        return pending.SendAsync(topic, WireFormat.Write(reading), cancellation);
    }

    /// <summary>The exchange answers a reading.</summary>
    public Task TakeReceipt(MqttMessage message, JoinedMarket? joined)
    {
        if (joined is not { } market || !WireFormat.TryReadReadingReceipt(message.Payload.Span, out var receipt, out _) || receipt.Member != member)
        {
            return Task.CompletedTask;
        }

        if (receipt.Reason is null && !market.IsSignedByExchange(receipt))
        {
            logger.LogError("The receipt of the reading for period {Period} is not signed by the exchange {Exchange}.", receipt.Period, market.Description.Exchange);
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            // Of a period several may be under way; the last is sent until it is answered itself.
            if (_unanswered is { } last && receipt.Period == last.Period && receipt.Number >= last.Number)
            {
                _unanswered = null;
                pending.Received();
            }

            if (receipt.Reason is null)
            {
                _readings.Receipted(receipt.Period, receipt.Number);
            }
        }

        if (receipt.Reason is { } reason)
        {
            // What is wrong with one is mostly wrong with all that follow: it is said until one counts again.
            logger.Log(
                _refused == reason ? LogLevel.Debug : LogLevel.Warning,
                "The meter reading for period {Period} does not count: {Reason}. It will be estimated, and so will the next ones that are refused for it.{Advice}", receipt.Period, OnceLog.Shown(reason), AdviceOn(reason));
            _refused = reason;
        }
        else
        {
            _refused = null;
            receipted(receipt);
        }

        return Task.CompletedTask;
    }

    /// <summary>The exchange has settled a metered period.</summary>
    public Task TakeDeviations(MqttMessage message)
    {
        if (!WireFormat.TryReadDeviations(message.Payload.Span, out var result, out var error))
        {
            logger.LogWarning("A metered period cannot be used: {Error}", error);
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            if (_readings.Objection(result, member) is { } objection)
            {
                logger.LogError("The exchange does not go by this home's meter: {Objection}", objection);
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => pending.DisposeAsync();

    // Codes of the exchange's answer, docs/messages.md.
    private static string AdviceOn(string reason) => reason switch
    {
        "wrong-period" => " Is this machine's clock right? ve doctor says.",
        "wrong-signature" => " The exchange knows another key for this meter: meterWallet names its file.",
        _ => "",
    };
}
