using System.Threading.Channels;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// The bids that wait for the desk. What waits is judged together, in the order of arrival, while what was judged before is being written.
/// </summary>
/// <param name="answer">Called for each bid with its receipt, once that may be given.</param>
public sealed class AdmissionQueue(AdmissionDesk desk, Action<IncomingBid, BidReceipt> answer, ILogger logger)
{
    private const int MaxBatch = 512;

    /// <summary>While the disk takes these batches, the next is judged.</summary>
    private const int MaxUnwritten = 4;

    private readonly Channel<IncomingBid> _waiting =
        Channel.CreateBounded<IncomingBid>(new BoundedChannelOptions(4096) { SingleReader = true });

    /// <summary>Waits while too much waits already.</summary>
    public ValueTask AddAsync(IncomingBid bid, CancellationToken cancellation) => _waiting.Writer.WriteAsync(bid, cancellation);

    /// <summary>Nothing is added any more; <see cref="RunAsync"/> ends with the last answer.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    public async Task RunAsync(CancellationToken stopping)
    {
        var (batch, answers) = (new List<IncomingBid>(), new Queue<Task>());
        while (await _waiting.Reader.WaitToReadAsync(stopping))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var bid))
            {
                batch.Add(bid);
            }

            answers.Enqueue(AnswerAsync([.. batch]));
            while (answers.Count == MaxUnwritten || (answers.TryPeek(out var first) && first.IsCompleted))
            {
                await answers.Dequeue();
            }
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(IncomingBid[] batch)
    {
        try
        {
            var receipts = await desk.AnswerAsync(batch);
            for (var i = 0; i < receipts.Length; i++)
            {
                answer(batch[i], receipts[i]);
            }
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "{Bids} bids were not admitted: they cannot be made durable. Their nodes will send them again.", batch.Length);
        }
        catch (Exception failure) when (batch.Length == 1)
        {
            logger.LogError(failure, "A bid of {Member} was not admitted: the desk failed on it.", batch[0].Sender);
        }
        catch (Exception)
        {
            // Whatever one message brings about must not stop the desk for the others: each again, alone.
            foreach (var bid in batch)
            {
                await AnswerAsync([bid]);
            }
        }
    }
}
