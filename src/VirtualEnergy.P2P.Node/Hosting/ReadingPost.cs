using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
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
    private readonly OwnReadings _readings = new();
    private Period? _metered;

    public Task SendAsync(JoinedMarket market, EthereumKey key, MeteredEnergy metered, CancellationToken cancellation)
    {
        var reading = new MeterReading(
            member, metered.Period, metered.Number, metered.Import, metered.Export, metered.Production, metered.Charge, metered.Discharge,
            market.Readings.Sign(metered, key));
        _metered = metered.Period;
        _readings.Sent(reading);
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

        if (receipt.Period == _metered)
        {
            pending.Received();
        }

        if (receipt.Reason is { } reason)
        {
            logger.LogWarning("The meter reading for period {Period} does not count: {Reason}. It will be estimated.", receipt.Period, reason);
        }
        else
        {
            _readings.Receipted(receipt.Period, receipt.Number);
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
        }
        else if (_readings.Objection(result, member) is { } objection)
        {
            logger.LogError("The exchange does not go by this home's meter: {Objection}", objection);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => pending.DisposeAsync();
}
