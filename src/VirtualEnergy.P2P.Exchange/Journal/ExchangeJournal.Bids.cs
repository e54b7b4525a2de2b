using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Journal;

public sealed partial class ExchangeJournal
{
    /// <summary>Writes admitted bids, all or none.</summary>
    public Task AppendBidsAsync(IReadOnlyCollection<JournalledBid> bids) => _writer.AppendAsync(transaction =>
    {
        var now = Now();
        foreach (var bid in bids)
        {
            BidRow.Write(transaction, bid, now);
        }
    });

    /// <summary>Every admitted bid of a period, in the order of admission; of each member the last one counts.</summary>
    public IReadOnlyList<JournalledBid> Bids(Period period) => Read(connection => connection.Query(
        $"SELECT {BidRow.Columns} FROM bids WHERE period = @0 ORDER BY id", BidRow.Read, period.Index));

    /// <summary>The bid as it was admitted before, of any period; null if it was not. Another bid under its number is another bid.</summary>
    public JournalledBid? FindBid(SignedBid signed) => Read(connection => connection.Query(
        $"SELECT {BidRow.Columns} FROM bids WHERE period = @0 AND member = @1 AND number = @2", BidRow.Read,
        signed.Bid.Period.Index, BidRow.MemberOf(signed.Bid), signed.Bid.Number)).Find(bid => bid.Signed.Hash == signed.Hash);
}
