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
            if (!journal.TryRead(log.Slice(whole, length), said, accepted))
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

    public void Dispose() => _lines.Dispose();

    private bool TryRead(ReadOnlySpan<byte> line, Action<FlexibilityOrder> said, Action<MemberId, long> accepted)
    {
        if (WireFormat.TryReadFlexibilityOrder(line, out var order, out _))
        {
            NumbersUpTo = Math.Max(NumbersUpTo, order.Content.Number);
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
                NumbersUpTo = Math.Max(NumbersUpTo, upTo.GetInt64());
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

    private async Task WriteAsync(byte[] line)
    {
        Task written;
        lock (_lock)
        {
            _waiting.Add([.. line, (byte)'\n']);
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
