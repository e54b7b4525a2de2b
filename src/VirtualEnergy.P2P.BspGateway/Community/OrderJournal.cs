using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>
/// The provider's reservations and releases at homes, on the disk before they are sent; what was accepted; and up to where numbers are used. Calls are not kept: after a restart
/// every home is told anew what it is called for. Without a folder all is forgotten at the end.
/// </summary>
/// <remarks>Lines that are written at the same time share one flush. Safe to use from any thread.</remarks>
internal sealed class OrderJournal : IDisposable
{
    private readonly DurableLines _lines;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private List<byte[]> _waiting = [];
    private TaskCompletionSource _written = NewWritten();

    private OrderJournal(DurableLines lines) => _lines = lines;

    /// <summary>All numbers up to here may have been used.</summary>
    public long NumbersUpTo { get; private set; }

    /// <param name="said">Gets each message that was written, oldest first.</param>
    /// <param name="accepted">Gets the member and id of each order that was accepted.</param>
    /// <exception cref="GatewayStartException">The file cannot be opened, or is not one of these.</exception>
    public static OrderJournal Open(string? folder, string customer, Action<FlexibilityOrder> said, Action<MemberId, long> accepted)
    {
        var name = $"community-{customer}.jsonl";
        var journal = new OrderJournal(DurableLines.Open(folder, name));
        var log = journal._lines.Written.Span;
        var whole = 0;
        for (var line = 1; log[whole..].IndexOf((byte)'\n') is var length and >= 0; line++)
        {
            if (!TryRead(log.Slice(whole, length), order => { journal.Used(order.Number); said(order); }, accepted, journal.Used))
            {
                journal.Dispose();
                throw new GatewayStartException($"Bsp:DataFolder: line {line} of {name} cannot be read. Restore the file; nothing was changed.");
            }

            whole += length + 1;
        }

        // What follows was cut off by a crash before it was sent.
        journal._lines.Keep(whole);
        return journal;
    }

    /// <summary>Returns when the message is on the disk.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public Task KeepAsync(Signed<FlexibilityOrder> order) => WriteAsync(WireFormat.Write(order));

    public Task KeepAcceptedAsync(FlexibilityOrder order) => WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { accepted = order.Id, member = order.Member.Value }));

    /// <exception cref="IOException">It is not on the disk.</exception>
    public void KeepNumbers(long upTo) => WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { numbersUpTo = upTo })).GetAwaiter().GetResult();

    /// <summary>Puts a short file in the place of the one that has grown: up to where numbers are used, and all of the orders that end after an instant. A crash leaves the old file or the new one.</summary>
    /// <exception cref="IOException">The old file stays.</exception>
    public void Shorten(DateTimeOffset over, PeriodGrid grid) => _lines.Replace(log =>
    {
        var (lines, first) = (Lines(log), new Dictionary<(MemberId, long), Period>());
        foreach (var order in lines.Select(line => line.Order).OfType<FlexibilityOrder>())
        {
            // Further messages are for what is left of it; it ends with the first one's.
            first.TryAdd((order.Member, order.Id), order.End);
        }

        var kept = first.Where(order => grid.StartOf(order.Value) > over).Select(order => order.Key).ToHashSet();
        ReadOnlyMemory<byte> numbers = Line(JsonSerializer.SerializeToUtf8Bytes(new { numbersUpTo = lines.Select(line => line.UpTo).DefaultIfEmpty().Max() }));
        return lines.Where(line => line.Of is { } order && kept.Contains(order)).Select(line => line.Text).Prepend(numbers);
    });

    public void Dispose() => _lines.Dispose();

    private static byte[] Line(byte[] text) => [.. text, (byte)'\n'];

    // Whole lines that were read before, or written by this journal.
    private static List<(ReadOnlyMemory<byte> Text, FlexibilityOrder? Order, (MemberId, long)? Of, long UpTo)> Lines(ReadOnlyMemory<byte> log)
    {
        var lines = new List<(ReadOnlyMemory<byte>, FlexibilityOrder?, (MemberId, long)?, long)>();
        for (var from = 0; log.Span[from..].IndexOf((byte)'\n') is var length and >= 0; from += length + 1)
        {
            (FlexibilityOrder? Order, (MemberId, long)? Of, long UpTo) line = default;
            _ = TryRead(
                log.Span.Slice(from, length), order => line = (order, (order.Member, order.Id), order.Number), (member, id) => line = (null, (member, id), 0), upTo => line = (null, null, upTo));
            lines.Add((log.Slice(from, length + 1), line.Order, line.Of, line.UpTo));
        }

        return lines;
    }

    private static bool TryRead(ReadOnlySpan<byte> line, Action<FlexibilityOrder> said, Action<MemberId, long> accepted, Action<long> numbersUpTo)
    {
        if (WireFormat.TryReadFlexibilityOrder(line, out var order, out _))
        {
            said(order.Content);
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.TryGetProperty("numbersUpTo", out var upTo))
            {
                numbersUpTo(upTo.GetInt64());
            }
            else
            {
                accepted(new MemberId(root.GetProperty("member").GetString()!), root.GetProperty("accepted").GetInt64());
            }

            return true;
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private void Used(long upTo) => NumbersUpTo = Math.Max(NumbersUpTo, upTo);

    private async Task WriteAsync(byte[] line)
    {
        Task written;
        lock (_lock)
        {
            _waiting.Add(Line(line));
            written = _written.Task;
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Flush();
        }
        finally
        {
            _writing.Release();
        }

        await written.ConfigureAwait(false);
    }

    // The first that gets here writes for all that wait; the others find nothing left to do.
    private void Flush()
    {
        List<byte[]> lines;
        TaskCompletionSource written;
        lock (_lock)
        {
            (lines, written) = (_waiting, _written);
            (_waiting, _written) = ([], NewWritten());
        }

        try
        {
            if (lines.Count > 0)
            {
                _lines.Append(lines.SelectMany(line => line).ToArray());
            }

            written.SetResult();
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            written.SetException(failure);
        }
    }

    private static TaskCompletionSource NewWritten() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
