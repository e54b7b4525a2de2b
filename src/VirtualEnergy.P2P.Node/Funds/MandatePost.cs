using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Funds;

/// <summary>Gives the exchange a mandate, and holds its receipt against its signature.</summary>
internal static class MandatePost
{
    private static readonly TimeSpan SendAgain = TimeSpan.FromSeconds(3);

    /// <param name="broker">The market's broker.</param>
    /// <param name="market">As its description says; the caller has made sure that it is the right one.</param>
    /// <param name="mandate">Signed here.</param>
    /// <param name="key">The member's.</param>
    /// <param name="wait">How long an answer is waited for.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="cancellation">Stops waiting; the mandate may have been taken.</param>
    /// <exception cref="UserErrorException">Refused, not answered, or answered by somebody else.</exception>
    public static async Task SendAsync(
        BrokerAddress broker, MarketDescription market, Mandate mandate, EthereumKey key, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var signing = new MandateSigning(new MarketDomain(market.ChainId, Address.Parse(market.Contract)));
        var topics = new Topics(market.Community);
        var answered = new TaskCompletionSource<MandateReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new MqttLinkOptions { Broker = broker, ClientId = $"{mandate.Member}-mandate-{mandate.Number}", SessionExpiry = TimeSpan.Zero };
        await using var link = new MqttLink(options, time, NullLogger.Instance);
        await link.SubscribeAsync(topics.MandateReceipts(mandate.Member), (message, _) =>
        {
            // Another mandate's answer, and whatever else is said here, is passed over. 0 is an answer to what could not be read.
            if (WireFormat.TryReadMandateReceipt(message.Payload.Span, out var receipt, out string? _) && receipt.Member == mandate.Member && (receipt.Number == mandate.Number || receipt.Number == 0))
            {
                answered.TrySetResult(receipt);
            }

            return Task.CompletedTask;
        }, cancellation).ConfigureAwait(false);
        try
        {
            using var late = new CancellationTokenSource(wait, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
            await link.StartAsync(limit.Token).ConfigureAwait(false);
            var payload = WireFormat.Write(new MandateMessage(mandate, signing.Sign(mandate, key)));
            while (!answered.Task.IsCompleted)
            {
                await link.PublishAsync(topics.Mandates(mandate.Member), payload, retain: false, limit.Token).ConfigureAwait(false);
                await Task.WhenAny(answered.Task, Task.Delay(SendAgain, time, limit.Token)).ConfigureAwait(false);
                limit.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{broker} brought no answer of the exchange within {wait.TotalSeconds:0} s; the mandate may have been taken: look with ve status --member {mandate.Member}.");
        }
        catch (MqttLinkException failure)
        {
            throw new UserErrorException(failure.Message, failure);
        }

        var answer = await answered.Task.ConfigureAwait(false);
        if (!answer.Accepted)
        {
            throw new UserErrorException($"The exchange refused the mandate ({answer.Reason}). {answer.Detail}");
        }

        if (!signing.IsReceiptOf(Address.Parse(market.Exchange), mandate, answer.Signature.AsSpan()))
        {
            throw new UserErrorException($"The receipt is not signed by the exchange {market.Exchange}: it proves nothing.");
        }
    }
}
