using System.Threading.Channels;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// Takes bids from the broker and sends receipts back. What waits is judged in the order of arrival and written together.
/// A sender over her rate is not answered: an answer to each message of a flood would double it.
/// </summary>
public sealed class BidIntake(
    Topics topics, AdmissionDesk desk, MessageRate rate, MarketPublisher publisher, LiveFeed live, ILogger<BidIntake> logger) : BackgroundService
{
    private const int MaxBatch = 256;

    private readonly Channel<(MemberId Sender, ReadOnlyMemory<byte> Payload)> _waiting =
        Channel.CreateBounded<(MemberId, ReadOnlyMemory<byte>)>(new BoundedChannelOptions(4096) { SingleReader = true });

    /// <summary>The handler of <see cref="Topics.AllBids"/>. Waits while too much waits already; then the broker holds back.</summary>
    public async Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseBids(message.Topic, out var sender))
        {
            return;
        }

        if (!rate.TryTake(sender))
        {
            logger.LogDebug("A message of {Member} was dropped: too many.", sender);
            return;
        }

        await _waiting.Writer.WriteAsync((sender, message.Payload), cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var answers = new List<Task>();
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            answers.Clear();
            while (answers.Count < MaxBatch && _waiting.Reader.TryRead(out var bid))
            {
                answers.Add(AnswerAsync(bid.Sender, bid.Payload));
            }

            await Task.WhenAll(answers);
            live.Changed(LivePart.Now);
            live.Changed(LivePart.Book);
        }
    }

    private async Task AnswerAsync(MemberId sender, ReadOnlyMemory<byte> payload)
    {
        try
        {
            var receipt = await desk.AnswerAsync(sender, payload.Span);
            if (!receipt.Accepted)
            {
                logger.LogInformation(
                    "Bid {Number} of {Member} for period {Period} refused: {Reason}. {Detail}",
                    receipt.Number, receipt.Member, receipt.Period.Index, receipt.Reason, receipt.Detail);
            }

            publisher.Send(topics.Receipts(sender), WireFormat.Write(receipt));
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "A bid of {Member} was not admitted: it cannot be made durable. The node will send it again.", sender);
        }
        catch (Exception failure)
        {
            // Whatever one message brings about must not stop the desk for the others.
            logger.LogError(failure, "A bid of {Member} was not admitted: the desk failed on it.", sender);
        }
    }
}
