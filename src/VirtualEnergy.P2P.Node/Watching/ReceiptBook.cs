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
    private readonly SortedDictionary<Period, BidReceipt> _receipts = [];
    private readonly string? _path;
    private readonly ILogger _logger;

    /// <param name="path">A file, a receipt a line; null keeps them in memory.</param>
    /// <exception cref="UserErrorException">The file cannot be used.</exception>
    public ReceiptBook(string? path, ILogger logger)
    {
        (_path, _logger) = (path, logger);
        if (path is not null && File.Exists(path))
        {
            foreach (var line in InputFile.Read(path, () => File.ReadAllLines(path)).TakeLast(4 * Kept))
            {
                // What was cut off by a crash does not read: that receipt is lost, and no other.
                if (WireFormat.TryReadReceipt(System.Text.Encoding.UTF8.GetBytes(line), out var receipt, out _) && receipt.Accepted)
                {
                    Remember(receipt);
                }
            }

            Rewrite(path);
        }
    }

    /// <summary>Takes a receipt whose signature was checked.</summary>
    public void Keep(BidReceipt receipt)
    {
        lock (_lock)
        {
            if (!receipt.Accepted || !Remember(receipt) || _path is null)
            {
                return;
            }

            try
            {
                File.AppendAllText(_path, Line(receipt));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("The receipt for period {Period} is kept in memory only: {Why}", receipt.Period, failure.Message);
            }
        }
    }

    /// <summary>The receipts of a period, as evidence.</summary>
    public IReadOnlyList<HeldReceipt> Of(Period period)
    {
        lock (_lock)
        {
            return _receipts.TryGetValue(period, out var receipt)
                ? [new HeldReceipt(new ReceiptedBid(receipt.BidHash, receipt.Member, receipt.Period, receipt.Number), new ReceiptSignature(receipt.Place, receipt.Path, receipt.Signature))] : [];
        }
    }

    private bool Remember(BidReceipt receipt)
    {
        if (_receipts.TryGetValue(receipt.Period, out var known) && known.Number >= receipt.Number)
        {
            return false;
        }

        _receipts[receipt.Period] = receipt;
        if (_receipts.Count > Kept)
        {
            _receipts.Remove(_receipts.Keys.First());
        }

        return true;
    }

    private void Rewrite(string path)
    {
        try
        {
            File.WriteAllText(path + ".part", string.Concat(_receipts.Values.Select(Line)));
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written: {failure.Message}", failure);
        }
    }

    private static string Line(BidReceipt receipt) => System.Text.Encoding.UTF8.GetString(WireFormat.Write(receipt)) + "\n";
}
