using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>Takes mandates from the broker and sends receipts back. A sender over her rate is not answered.</summary>
public sealed class MandateIntake(Topics topics, MandateDesk desk, MessageRate rate, MarketPublisher publisher, ILogger<MandateIntake> logger)
{
    /// <summary>The handler of <see cref="Topics.AllMandates"/>. Done when the mandate is durable: only then is the message acknowledged.</summary>
    public async Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseMandates(message.Topic, out var sender) || !rate.TryTake(sender))
        {
            return;
        }

        try
        {
            publisher.Send(topics.MandateReceipts(sender), WireFormat.Write(await desk.AnswerAsync(sender, message.Payload.Span)));
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "A mandate of {Member} was not taken: it cannot be made durable.", sender);
        }
    }
}
