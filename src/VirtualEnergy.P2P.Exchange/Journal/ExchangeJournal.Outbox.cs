using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Journal;

public sealed partial class ExchangeJournal
{
    private const string OnChain = "('mined', 'final')";

    /// <summary>Writes down what a batch of the outbox has become: a row more. One that is prepared has its newest version in the row.</summary>
    public Task AppendAsync(OutboxBatch batch)
    {
        var signed = batch is { State: BatchState.Prepared, Versions: [.., var newest] } ? newest : null;
        return _writer.AppendAsync(transaction => transaction.Execute(
            "INSERT INTO outbox(kind, period, part, state, call_data_hash, transaction_hash, sender, nonce, raw, block, gas, at) "
            + "VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11)",
            NameOf(batch.Kind), batch.Period.Index, batch.Part, NameOf(batch.State), batch.CallDataHash.ToString(), batch.Transaction?.ToString(),
            signed?.Sender.ToString(), (long?)signed?.Nonce, signed is null ? null : JournalText.Hex(signed.Raw), (long?)batch.Block, (long?)batch.Gas, Now()));
    }

    /// <summary>What is written down of a batch, with every version ever signed; null if nothing.</summary>
    public OutboxBatch? Batch(BatchKind kind, Period period) => Batches(kind, period, period) is [var batch] ? batch : null;

    /// <summary>The same of a part of it.</summary>
    public OutboxBatch? Batch(BatchKind kind, Period period, int part) =>
        part == 0 ? Batch(kind, period) : Parts(kind, period).FirstOrDefault(known => known.Part == part);

    /// <summary>The batches of the span that anything is written down of, oldest first. Their parts are apart.</summary>
    public IReadOnlyList<OutboxBatch> Batches(BatchKind kind, Period from, Period to) => Rows(kind, "part = 0 AND period BETWEEN @1 AND @2", from.Index, to.Index);

    /// <summary>The parts of a batch that anything is written down of, in order.</summary>
    public IReadOnlyList<OutboxBatch> Parts(BatchKind kind, Period period) => Rows(kind, "part > 0 AND period = @1", period.Index);

    /// <summary>The parts of batches of later periods that anything is written down of, in order.</summary>
    public IReadOnlyList<OutboxBatch> PartsAfter(BatchKind kind, Period last) => Rows(kind, "part > 0 AND period > @1", last.Index);

    /// <summary>The last period of which a part is written down; null if none is.</summary>
    public Period? LastParts(BatchKind kind) => Read(connection => connection.Query(
        "SELECT MAX(period) FROM outbox WHERE kind = @0 AND part > 0", row => row.LongOrNull(0) is { } last ? new Period(last) : (Period?)null, NameOf(kind)))[0];

    private List<OutboxBatch> Rows(BatchKind kind, string where, params long[] periods) => Read(connection =>
    {
        var batches = new SortedDictionary<(Period, int), OutboxBatch>();
        connection.Query(
            $"SELECT period, state, call_data_hash, transaction_hash, sender, nonce, raw, block, gas, part FROM outbox WHERE kind = @0 AND {where} ORDER BY id",
            row =>
            {
                var (period, part) = (new Period(row.GetInt64(0)), (int)row.GetInt64(9));
                return batches[(period, part)] = Restore(batches.GetValueOrDefault((period, part)) ?? new OutboxBatch(kind, period, part), row);
            },
            [NameOf(kind), .. periods.Select(period => (object)period)]);
        return batches.Values.ToList();
    });

    /// <summary>The last period whose batch is believed to be on the chain; null if none is.</summary>
    public Period? LastOnChain(BatchKind kind) => LastIn(kind, OnChain);

    /// <summary>The last period whose batch is final; null if none is.</summary>
    public Period? LastFinal(BatchKind kind) => LastIn(kind, "('final')");

    /// <summary>The batches on the chain that are not final, oldest first.</summary>
    public IReadOnlyList<OutboxBatch> NotFinal(BatchKind kind) => LastOnChain(kind) is { } last
        ? [.. Batches(kind, LastFinal(kind)?.Next ?? new Period(0), last).Where(batch => batch.State == BatchState.Mined)] : [];

    // From the newest period down, so that a journal of years is not read for its last row.
    private Period? LastIn(BatchKind kind, string states) => Read(connection => connection.Query(
        $"SELECT period FROM outbox AS newest WHERE kind = @0 AND part = 0 AND state IN {states} "
        + "AND id = (SELECT MAX(id) FROM outbox WHERE kind = newest.kind AND period = newest.period AND part = 0) ORDER BY period DESC LIMIT 1",
        row => (Period?)new Period(row.GetInt64(0)), NameOf(kind))).FirstOrDefault();

    private static OutboxBatch Restore(OutboxBatch batch, SqliteDataReader row)
    {
        var transaction = row.IsDBNull(3) ? (Hash256?)null : JournalText.Hash(row.GetString(3));
        var signed = row.IsDBNull(6) ? null : new SignedTransaction(
            Address.Parse(row.GetString(4)), (ulong)row.GetInt64(5), JournalText.Bytes(row.GetString(6)), transaction!.Value);
        return batch.Restore(
            StateOf(row.GetString(1)), signed, transaction, JournalText.Hash(row.GetString(2)), (ulong?)row.LongOrNull(7), (ulong?)row.LongOrNull(8));
    }

    private static BatchState StateOf(string name) =>
        Enum.TryParse<BatchState>(name, ignoreCase: true, out var state) ? state : throw new JournalException($"The journal holds a batch that is '{name}': it is damaged.");

    private static string NameOf(Enum value) => value.ToString().ToLowerInvariant();
}
