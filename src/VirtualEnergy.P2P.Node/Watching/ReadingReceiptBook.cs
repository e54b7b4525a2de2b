using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>A receipt with the exchange's signature: what can be given to others.</summary>
public sealed record KeptReadingReceipt(HeldReadingReceipt Held, ImmutableArray<byte> Signature);

/// <summary>
/// What the exchange acknowledged of the meter, of each period the latest, for as long as an exchange corrects. A receipt has no time in it; when it was there already is told by the round
/// that was cleared after it. With a file a restart forgets none. Any thread may call.
/// </summary>
public sealed class ReadingReceiptBook
{
    /// <summary>A week of quarter hours.</summary>
    public const int Kept = 672;

    private const int MostLineBytes = 8 * 1024;

    private readonly Lock _lock = new();
    private readonly LatestByPeriod<KeptReadingReceipt> _receipts = new(Kept);
    private readonly Dictionary<Period, ReadingReceipt> _new = [];
    private readonly KeptLines _lines;

    /// <param name="path">A file, a receipt a line; null keeps them in memory.</param>
    /// <exception cref="UserErrorException">The file cannot be used.</exception>
    public ReadingReceiptBook(string? path, ILogger logger)
    {
        _lines = new KeptLines(path, logger);
        foreach (var receipt in KeptLines.Last(path, 4 * Kept).Select(TryParse).OfType<KeptReadingReceipt>())
        {
            Remember(receipt);
        }

        _lines.Rewrite(_receipts.All.Select(Line));
    }

    /// <summary>Receipts that must count by now.</summary>
    public IReadOnlyList<HeldReadingReceipt> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _receipts.All.Select(receipt => receipt.Held)];
            }
        }
    }

    /// <summary>All of a file that somebody gave.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or a line is no receipt.</exception>
    public static IReadOnlyList<KeptReadingReceipt> Read(string path) => [.. InputFile.Read(path, () => File.ReadAllLines(path)).Select((line, i) =>
        TryParse(line) ?? throw new UserErrorException($"{path}: line {i + 1} is no receipt of a reading: {{\"dueBy\":…,\"receipt\":{{…}}}} as a node keeps them."))];

    /// <summary>Takes a receipt whose signature was checked.</summary>
    public void Keep(ReadingReceipt receipt)
    {
        lock (_lock)
        {
            if (receipt.Reason is null && !_receipts.Knows(receipt.Period, receipt.Number))
            {
                _new[receipt.Period] = receipt;
            }
        }
    }

    /// <summary>A round was cleared: what is metered of it, or later, knows the readings that were acknowledged before.</summary>
    public void Hear(Period cleared)
    {
        lock (_lock)
        {
            foreach (var receipt in _new.Values.Where(receipt => receipt.Period < cleared).ToList())
            {
                _new.Remove(receipt.Period);
                var kept = new KeptReadingReceipt(
                    new HeldReadingReceipt(new ReceiptedBid(receipt.Reading, receipt.Member, receipt.Period, receipt.Number), cleared), receipt.Signature);
                Remember(kept);
                _lines.Append(Line(kept), $"The receipt of the reading for period {receipt.Period}");
            }
        }
    }

    private void Remember(KeptReadingReceipt receipt) =>
        _receipts.Remember(receipt.Held.Reading.Period, receipt.Held.Reading.Number, receipt);

    private static string Line(KeptReadingReceipt receipt)
    {
        var ((hash, member, period, number), dueBy) = receipt.Held;
        return $"{{\"dueBy\":{dueBy},\"receipt\":{Encoding.UTF8.GetString(WireFormat.Write(new ReadingReceipt(member, period, number, hash, null, receipt.Signature)))}}}";
    }

    /// <summary>Null for whatever is no line of this book.</summary>
    private static KeptReadingReceipt? TryParse(string line)
    {
        if (line.Length > MostLineBytes)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4 });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("dueBy", out var dueBy) && dueBy.ValueKind == JsonValueKind.Number
                && dueBy.TryGetInt64(out var period) && json.RootElement.TryGetProperty("receipt", out var inner)
                && WireFormat.TryReadReadingReceipt(Encoding.UTF8.GetBytes(inner.GetRawText()), out var receipt, out _) && receipt.Reason is null
                ? new KeptReadingReceipt(
                    new HeldReadingReceipt(new ReceiptedBid(receipt.Reading, receipt.Member, receipt.Period, receipt.Number), new Period(period)), receipt.Signature)
                : null;
        }
        catch (JsonException)
        {
            return null; // Cut off by a crash.
        }
    }
}
