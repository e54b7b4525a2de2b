using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Journal;

public sealed partial class ExchangeJournal
{
    /// <summary>Writes down a mandate that was taken. Durable first: what was receipted is enforced after a restart.</summary>
    public Task AppendMandateAsync(JournalledMandate given)
    {
        // Twenty digits, so that the highest text is the highest number: SQLite's integers end at 2^63.
        var number = given.Mandate.Number.ToString("D20", CultureInfo.InvariantCulture);
        return _writer.AppendAsync(transaction => transaction.Execute(
            "INSERT INTO mandates VALUES(@0, @1, @2, @3, @4)",
            given.Mandate.Member.Value, number, Encoding.UTF8.GetString(WireFormat.Write(given.Message)), Encoding.UTF8.GetString(WireFormat.Write(given.Receipt)), Now()));
    }

    /// <summary>Of each member the mandate with the highest number.</summary>
    public IReadOnlyList<JournalledMandate> Mandates() => Read(connection => connection.Query(
        "SELECT message, receipt, MAX(number) FROM mandates GROUP BY member ORDER BY member",
        row => JournalText.Mandate(row.GetString(0), row.GetString(1))));
}
