using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>
/// The exchange's memory: one SQLite file in WAL mode with full synchronisation. An append is done when it is on the disk,
/// so what was acknowledged survives the loss of the process and of the machine's power.
/// </summary>
public sealed partial class ExchangeJournal : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly SqliteConnection _writing;
    private readonly JournalWriter _writer;
    private readonly TimeProvider _time;

    private readonly JournalLock _lock;

    private ExchangeJournal(JournalLock taken, string connectionString, SqliteConnection writing, TimeProvider time)
    {
        _lock = taken;
        _connectionString = connectionString;
        _writing = writing;
        _writer = new JournalWriter(writing);
        _time = time;
    }

    /// <summary>Whether the last append reached the disk.</summary>
    public bool IsHealthy => !_writer.IsFailing;

    /// <summary>Opens the file, or makes a new one for this community and contract.</summary>
    /// <exception cref="JournalException">In use by another exchange, not writable, not a journal, of another version, or of another community or contract.</exception>
    public static ExchangeJournal Open(string path, JournalIdentity identity, TimeProvider time)
    {
        var full = Path.GetFullPath(path);
        var connectionString = new SqliteConnectionStringBuilder { DataSource = full, ForeignKeys = true }.ToString();
        var writing = new SqliteConnection(connectionString);
        JournalLock? taken = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            taken = JournalLock.Take(full);
            writing.Open();
            using (var pragmas = writing.CreateCommand())
            {
                // Bids come in any order, so each commit changes the same pages of the indices anew: they go into the file itself once in
                // 64 MB of log, not once in four. And those pages stay in memory, up to 32 MB: else each commit would read them again.
                pragmas.CommandText =
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -32768;";
                pragmas.ExecuteNonQuery();
            }

            JournalSchema.Ensure(writing);
            EnsureIdentity(writing, identity, full);
            BidsAsText.Rewrite(writing);
            JournalSchema.AddReservations(writing);
            return new ExchangeJournal(taken, connectionString, writing, time);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            writing.Dispose();
            taken?.Dispose();
            throw new JournalException($"The journal {full} cannot be opened: {failure.Message}", failure);
        }
        catch
        {
            writing.Dispose();
            taken?.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _writing.DisposeAsync();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
        _lock.Dispose();
    }

    /// <summary>Writes down the members that are new, or not as they were written last.</summary>
    public Task AppendChangedMembersAsync(IEnumerable<Member> members)
    {
        var changed = members.Except(Members()).ToList();
        return changed.Count == 0 ? Task.CompletedTask : _writer.AppendAsync(transaction =>
        {
            foreach (var member in changed)
            {
                transaction.Execute(
                    "INSERT INTO members VALUES(@0, @1, @2, @3, @4, @5, @6, @7)",
                    member.Id.Value, member.Name, member.Zone.Value, member.ConnectionWatts, member.IsActive ? 1 : 0, member.IsGreen ? 1 : 0, member.Meter?.Value, Now());
            }
        });
    }

    /// <summary>The members as last written, one row each.</summary>
    public IReadOnlyList<Member> Members() => Read(connection => connection.Query(
        "SELECT id, name, zone, connection_w, active, green, meter, MAX(rowid) FROM members GROUP BY id", MemberOf));

    /// <summary>The members as a round was cleared with them: what was written down before it.</summary>
    public IReadOnlyDictionary<MemberId, Member> MembersOf(Period round) => Read(connection => connection.Query(
        "SELECT id, name, zone, connection_w, active, green, meter, MAX(rowid) FROM members WHERE at <= (SELECT at FROM rounds WHERE period = @0) GROUP BY id",
        MemberOf, round.Index)).ToDictionary(member => member.Id);

    public Task AppendReadingAsync(MeterReading reading) => _writer.AppendAsync(transaction => transaction.Execute(
        "INSERT INTO meter_readings VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9)",
        reading.Period.Index, reading.Member.Value, reading.Number, reading.Import.WattHours, reading.Export.WattHours, reading.Production.WattHours,
        reading.Charge.WattHours, reading.Discharge.WattHours, JournalText.Hex(reading.Signature), Now()));

    /// <summary>The meter readings of the periods from <paramref name="from"/> to <paramref name="to"/>, both included; a member's of a period by number.</summary>
    public IReadOnlyList<MeterReading> Readings(Period from, Period to) => Read(connection => connection.Query(
        "SELECT period, member, number, import_wh, export_wh, production_wh, charge_wh, discharge_wh, signature FROM meter_readings "
        + "WHERE period BETWEEN @0 AND @1 ORDER BY period, member, number",
        row => new MeterReading(
            new MemberId(row.GetString(1)), new Period(row.GetInt64(0)), row.GetInt64(2), new Energy(row.GetInt64(3)), new Energy(row.GetInt64(4)),
            new Energy(row.GetInt64(5)), new Energy(row.GetInt64(6)), new Energy(row.GetInt64(7)), JournalText.Bytes(row.GetString(8))),
        from.Index, to.Index));

    private static Member MemberOf(SqliteDataReader row) => new(
        new MemberId(row.GetString(0)), row.GetString(1), new ZoneId(row.GetString(2)), row.GetInt64(3), row.GetInt64(4) == 1)
    {
        IsGreen = row.GetInt64(5) == 1, Meter = row.IsDBNull(6) ? null : new MemberId(row.GetString(6)),
    };

    private static void EnsureIdentity(SqliteConnection connection, JournalIdentity identity, string path)
    {
        var chain = identity.ChainId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var found = connection.Query("SELECT community, chain_id, contract FROM identity", row => (row.GetString(0), row.GetString(1), row.GetString(2)));
        if (found.Count == 0)
        {
            using var statements = new JournalStatements(connection);
            statements.Commit([writing => writing.Execute("INSERT INTO identity VALUES(@0, @1, @2)", identity.Community, chain, identity.Contract)]);
        }
        else if (found[0] != (identity.Community, chain, identity.Contract))
        {
            var (community, chainId, contract) = found[0];
            throw new JournalException(
                $"The journal {path} belongs to '{community}', contract {contract} on chain {chainId}; "
                + $"configured are '{identity.Community}', {identity.Contract} on {chain}. Give this market a journal of its own.");
        }
    }

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return read(connection);
    }

    private string Now() => SqlCommands.Instant(_time.GetUtcNow());
}
