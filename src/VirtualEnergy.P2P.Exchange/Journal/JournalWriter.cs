using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>
/// The journal's only writer. What waits together is committed together, with one flush to the disk: twenty bids that
/// arrive at once cost one flush, not twenty, and none is acknowledged before it.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int MaxBatch = 512;

    private readonly JournalStatements _statements;
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Task _loop;

    public JournalWriter(SqliteConnection connection)
    {
        _statements = new JournalStatements(connection);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The last commit failed: nothing is durable at the moment.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>Done when the rows are on the disk.</summary>
    /// <exception cref="JournalException">It could not be written; nothing of it was.</exception>
    public async Task AppendAsync(Action<JournalStatements> write)
    {
        var entry = new Entry(write, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _entries.Writer.WriteAsync(entry);
        await entry.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _loop;
        _statements.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Entry>();
        while (await _entries.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            var failure = TryCommit(batch);
            if (failure is null || batch.Count == 1)
            {
                Report(batch, failure);
                continue;
            }

            // One bad row must not take the others with it: each again, alone.
            foreach (var entry in batch)
            {
                Report([entry], TryCommit([entry]));
            }
        }
    }

    private static void Report(IEnumerable<Entry> entries, Exception? failure)
    {
        foreach (var entry in entries)
        {
            if (failure is null)
            {
                entry.Done.SetResult();
            }
            else
            {
                entry.Done.SetException(new JournalException($"The journal cannot be written: {failure.Message}", failure));
            }
        }
    }

    private SqliteException? TryCommit(IEnumerable<Entry> entries)
    {
        SqliteException? failure = null;
        try
        {
            _statements.Commit(entries.Select(entry => entry.Write));
        }
        catch (SqliteException exception)
        {
            failure = exception;
        }

        IsFailing = failure is not null;
        return failure;
    }

    private sealed record Entry(Action<JournalStatements> Write, TaskCompletionSource Done);
}
