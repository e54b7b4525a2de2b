using System.Threading.Channels;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// The bids that wait for the desk. What waits is taken together. While some are examined, those before them are judged, in the order of
/// arrival, and those before these are being written.
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
        var answers = new Queue<Task>();
        Batch? before = null;
        while (await _waiting.Reader.WaitToReadAsync(stopping))
        {
            var next = Take();
            if (before is not null)
            {
                await JudgeAsync(before, answers);
            }

            await ((Task)next.Examining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Judging it says what went wrong.
            before = next;
            if (_waiting.Reader.Count == 0)
            {
                await JudgeAsync(before, answers);
                before = null;
            }
        }

        await Task.WhenAll(answers);
    }

    /// <summary>What waits is examined from now on.</summary>
    private Batch Take()
    {
        var bids = new List<IncomingBid>();
        while (bids.Count < MaxBatch && _waiting.Reader.TryRead(out var bid))
        {
            bids.Add(bid);
        }

        return new Batch(bids, Task.Run(() => desk.Examine(bids)));
    }

    private async Task JudgeAsync(Batch batch, Queue<Task> answers)
    {
        answers.Enqueue(AnswerAsync(batch));
        while (answers.Count == MaxUnwritten || (answers.TryPeek(out var first) && first.IsCompleted))
        {
            await answers.Dequeue();
        }
    }

    private async Task AnswerAsync(Batch batch)
    {
        var bids = batch.Bids;
        try
        {
            var receipts = await desk.JudgeAsync(await batch.Examining);
            for (var i = 0; i < receipts.Length; i++)
            {
                answer(bids[i], receipts[i]);
            }
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "{Bids} bids were not admitted: they cannot be made durable. Their nodes will send them again.", bids.Count);
        }
        catch (Exception failure) when (bids.Count == 1)
        {
            logger.LogError(failure, "A bid of {Member} was not admitted: the desk failed on it.", bids[0].Sender);
        }
        catch (Exception)
        {
            // Whatever one message brings about must not stop the desk for the others: each again, alone.
            foreach (var bid in bids)
            {
                await AnswerAsync(new Batch([bid], Task.Run(() => desk.Examine([bid]))));
            }
        }
    }

    private sealed record Batch(IReadOnlyList<IncomingBid> Bids, Task<ExaminedBid[]> Examining);
}
