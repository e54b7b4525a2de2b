using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>
/// The receipts of a node's own bids, of each period the latest, for as long as a dropped bid can be proved, and longer. With a file a restart forgets
/// none. Any thread may call.
/// </summary>
public sealed class ReceiptBook
{
    /// <summary>Periods that are remembered: ten days of quarter hours.</summary>
    public const int Kept = 960;

    private readonly Lock _lock = new();
    private readonly LatestByPeriod<BidReceipt> _receipts = new(Kept);
    private readonly KeptLines _lines;

    /// <param name="path">A file, a receipt a line; null keeps them in memory.</param>
    /// <exception cref="UserErrorException">The file cannot be used.</exception>
    public ReceiptBook(string? path, ILogger logger)
    {
        _lines = new KeptLines(path, logger);
        foreach (var line in KeptLines.Last(path, 4 * Kept))
        {
            // What was cut off by a crash does not read: that receipt is lost, and no other.
            if (WireFormat.TryReadReceipt(System.Text.Encoding.UTF8.GetBytes(line), out var receipt, out _) && receipt.Accepted)
            {
                Remember(receipt);
            }
        }

        _lines.Rewrite(_receipts.All.Select(Line));
    }

    /// <summary>Takes a receipt whose signature was checked.</summary>
    public void Keep(BidReceipt receipt)
    {
        lock (_lock)
        {
            if (receipt.Accepted && Remember(receipt))
            {
                _lines.Append(Line(receipt), $"The receipt for period {receipt.Period}");
            }
        }
    }

    /// <summary>The receipts of a period, as evidence.</summary>
    public IReadOnlyList<HeldReceipt> Of(Period period)
    {
        lock (_lock)
        {
            return _receipts.TryGet(period, out var receipt)
                ? [new HeldReceipt(new ReceiptedBid(receipt.BidHash, receipt.Member, receipt.Period, receipt.Number), new ReceiptSignature(receipt.Place, receipt.Path, receipt.Signature))] : [];
        }
    }

    private bool Remember(BidReceipt receipt) => _receipts.Remember(receipt.Period, receipt.Number, receipt);

    private static string Line(BidReceipt receipt) => System.Text.Encoding.UTF8.GetString(WireFormat.Write(receipt));
}
