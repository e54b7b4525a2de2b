using System.Text;
using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>
/// Journals of schema version 8: there a row of <c>bids</c> had bid and receipt as their messages were, and no batch had parts. The rest is as it is now. Once
/// rewritten, an exchange of that version refuses the file.
/// </summary>
internal static class BidsAsText
{
    public const long Version = 8;

    /// <summary>
    /// Rewrites the table of a file of that version, all or nothing, in its order: the same bids and receipts as before, to the byte. Does nothing to
    /// another file.
    /// </summary>
    /// <exception cref="JournalException">A row is damaged.</exception>
    public static void Rewrite(SqliteConnection connection)
    {
        if (JournalSchema.VersionOf(connection) != Version)
        {
            return;
        }

        using var statements = new JournalStatements(connection);
        statements.Commit([writing =>
        {
            writing.Execute("ALTER TABLE bids RENAME TO bids_as_text");
            writing.Execute(JournalSchema.Bids);
            using (var select = connection.CreateCommand())
            {
                select.CommandText = "SELECT hash, message, receipt, at FROM bids_as_text ORDER BY rowid";
                using var row = select.ExecuteReader();
                while (row.Read())
                {
                    BidRow.Write(writing, BidOf(row.GetString(0), row.GetString(1), row.GetString(2)), row.GetString(3));
                }
            }

            writing.Execute("DROP TABLE bids_as_text");
            writing.Execute("ALTER TABLE outbox ADD COLUMN part INTEGER NOT NULL DEFAULT 0");
            writing.Execute("DROP INDEX outbox_by_period");
            writing.Execute(JournalSchema.OutboxByPeriod);
            writing.Execute(JournalSchema.OutboxParts);
            JournalSchema.AddReservations(writing);
            writing.Execute($"PRAGMA user_version = {JournalSchema.Version}");
        }]);
    }

    private static JournalledBid BidOf(string hash, string message, string receipt)
    {
        if (!WireFormat.TryReadBid(Encoding.UTF8.GetBytes(message), null, out var bid, out var refusal))
        {
            throw new JournalException($"The journal's bid {hash} does not read: {refusal.Detail}");
        }

        if (!WireFormat.TryReadReceipt(Encoding.UTF8.GetBytes(receipt), out var answer, out var error))
        {
            throw new JournalException($"The journal's receipt of bid {hash} does not read: {error}");
        }

        return new JournalledBid(new SignedBid(bid.Bid, JournalText.Hash(hash), bid.Signature), answer);
    }
}
