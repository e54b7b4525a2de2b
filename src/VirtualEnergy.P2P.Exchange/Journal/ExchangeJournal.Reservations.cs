using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>Evidence of a promise or a release, and when it became durable.</summary>
public sealed record JournalledReservation(ReservationEvidence Evidence, DateTimeOffset At);

public sealed partial class ExchangeJournal
{
    private const string ReservationColumns = "SELECT message, at FROM reservations";

    /// <summary>Writes down evidence that was taken. Durable first: what was answered is gone by after a restart.</summary>
    public Task AppendReservationAsync(ReservationEvidence evidence)
    {
        var order = evidence.Order.Content;
        return _writer.AppendAsync(transaction => transaction.Execute(
            "INSERT INTO reservations(member, bsp, number, first, ends, message, at) VALUES(@0, @1, @2, @3, @4, @5, @6)",
            order.Member.Value, order.Bsp.Value, order.Id, order.First.Index, order.End.Index, Encoding.UTF8.GetString(WireFormat.Write(evidence)), Now()));
    }

    /// <summary>Promises that cover a period, and the releases of their orders, in the order in which they became durable.</summary>
    public IReadOnlyList<JournalledReservation> Reservations(Period period) => Read(connection => connection.Query(
        ReservationColumns + " AS one WHERE EXISTS(SELECT 1 FROM reservations AS other WHERE other.member = one.member AND other.bsp = one.bsp AND other.number = one.number"
        + " AND other.first <= @0 AND other.ends > @0) ORDER BY id",
        ReservationOf, period.Index));

    /// <summary>Those that are not over before a period, and their releases, likewise.</summary>
    public IReadOnlyList<JournalledReservation> ReservationsFrom(Period period) => Read(connection => connection.Query(
        ReservationColumns + " AS one WHERE EXISTS(SELECT 1 FROM reservations AS other WHERE other.member = one.member AND other.bsp = one.bsp AND other.number = one.number"
        + " AND other.ends > @0) ORDER BY id",
        ReservationOf, period.Index));

    private static JournalledReservation ReservationOf(SqliteDataReader row) =>
        WireFormat.TryReadReservationEvidence(Encoding.UTF8.GetBytes(row.GetString(0)), out var evidence, out var error)
            ? new JournalledReservation(evidence, DateTimeOffset.Parse(row.GetString(1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))
            : throw new JournalException($"A reservation of the journal does not read: {error}");
}
