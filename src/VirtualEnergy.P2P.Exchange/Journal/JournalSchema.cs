using Microsoft.Data.Sqlite;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>The journal's tables. Rows are only ever added: what a row once said stays readable.</summary>
internal static class JournalSchema
{
    /// <summary>
    /// Written to the file as SQLite's <c>user_version</c>. A file of one of the two versions before is rewritten when its owner opens it
    /// (<see cref="BidsAsText"/>, <see cref="AddReservations"/>); one of any other is refused, not guessed at.
    /// </summary>
    public const int Version = 10;

    /// <summary>Journals of this version know no reservations.</summary>
    public const int WithoutReservations = 9;

    /// <summary>What homes have promised elsewhere, and was released: <c>number</c> is the order's, <c>ends</c> the first period after it.</summary>
    public const string Reservations = """
        CREATE TABLE reservations(
          id INTEGER PRIMARY KEY, member TEXT NOT NULL, bsp TEXT NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, ends INTEGER NOT NULL,
          message TEXT NOT NULL, at TEXT NOT NULL) STRICT;
        """;

    /// <summary>Finds the orders of a span, and the releases of an order.</summary>
    public const string ReservationsByEnd = "CREATE INDEX reservations_by_end ON reservations(ends);";

    public const string ReservationsByOrder = "CREATE INDEX reservations_by_order ON reservations(member, bsp, number, ends);";

    /// <summary>Of a member and period each number is used once: that is how a bid is found again.</summary>
    public const string Bids = """
        CREATE TABLE bids(
          id INTEGER PRIMARY KEY, period INTEGER NOT NULL, member BLOB NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,
          message BLOB NOT NULL, place INTEGER NOT NULL, path BLOB NOT NULL, signature BLOB NOT NULL, at TEXT NOT NULL,
          UNIQUE(period, member, number)) STRICT;
        """;

    public const string OutboxByPeriod = "CREATE INDEX outbox_by_period ON outbox(kind, period, part);";

    /// <summary>Few batches have parts.</summary>
    public const string OutboxParts = "CREATE INDEX outbox_parts ON outbox(kind, period) WHERE part > 0;";

    private const string Tables = Bids + Reservations + ReservationsByEnd + ReservationsByOrder + """
        CREATE TABLE identity(
          community TEXT NOT NULL, chain_id TEXT NOT NULL, contract TEXT NOT NULL) STRICT;
        CREATE TABLE members(
          id TEXT NOT NULL, name TEXT NOT NULL, zone TEXT NOT NULL, connection_w INTEGER NOT NULL, active INTEGER NOT NULL,
          green INTEGER NOT NULL, meter TEXT, at TEXT NOT NULL) STRICT;
        CREATE TABLE seeds(
          period INTEGER PRIMARY KEY, seed TEXT NOT NULL, at TEXT NOT NULL) STRICT;
        CREATE TABLE rounds(
          period INTEGER PRIMARY KEY, price INTEGER, price_low INTEGER, price_high INTEGER, volume_wh INTEGER NOT NULL,
          bids INTEGER NOT NULL, bids_root TEXT NOT NULL, trades_root TEXT NOT NULL, round_hash TEXT NOT NULL,
          supplier_import INTEGER, supplier_export INTEGER, grid_account TEXT, community_account TEXT, seed TEXT, at TEXT NOT NULL) STRICT;
        CREATE TABLE trades(
          period INTEGER NOT NULL REFERENCES rounds(period), position INTEGER NOT NULL, buyer TEXT NOT NULL, seller TEXT NOT NULL,
          energy_wh INTEGER NOT NULL, price INTEGER NOT NULL, grid_fee INTEGER NOT NULL, spread INTEGER NOT NULL,
          quality INTEGER NOT NULL, PRIMARY KEY(period, position)) STRICT;
        CREATE TABLE charges(
          period INTEGER NOT NULL REFERENCES rounds(period), position INTEGER NOT NULL, member TEXT NOT NULL, amount INTEGER NOT NULL,
          PRIMARY KEY(period, position)) STRICT;
        CREATE TABLE outbox(
          id INTEGER PRIMARY KEY, kind TEXT NOT NULL, period INTEGER NOT NULL, state TEXT NOT NULL, call_data_hash TEXT NOT NULL,
          transaction_hash TEXT, sender TEXT, nonce INTEGER, raw TEXT, block INTEGER, gas INTEGER, at TEXT NOT NULL,
          part INTEGER NOT NULL DEFAULT 0) STRICT;
        """ + OutboxByPeriod + OutboxParts + """
        CREATE TABLE mandates(
          member TEXT NOT NULL, number TEXT NOT NULL, message TEXT NOT NULL, receipt TEXT NOT NULL, at TEXT NOT NULL,
          PRIMARY KEY(member, number)) STRICT;
        CREATE TABLE meter_readings(
          period INTEGER NOT NULL, member TEXT NOT NULL, number INTEGER NOT NULL, import_wh INTEGER NOT NULL, export_wh INTEGER NOT NULL,
          production_wh INTEGER NOT NULL, charge_wh INTEGER NOT NULL, discharge_wh INTEGER NOT NULL, signature TEXT NOT NULL,
          at TEXT NOT NULL, PRIMARY KEY(period, member, number)) STRICT;
        CREATE TABLE disputes(
          period INTEGER NOT NULL, member TEXT NOT NULL, number INTEGER NOT NULL, dismisses INTEGER NOT NULL, signature TEXT NOT NULL,
          at TEXT NOT NULL) STRICT;
        CREATE INDEX disputes_by_period ON disputes(period);
        CREATE TABLE deviations(
          id INTEGER PRIMARY KEY, period INTEGER NOT NULL REFERENCES rounds(period), message TEXT NOT NULL, grid_account TEXT, community_account TEXT,
          at TEXT NOT NULL) STRICT;
        CREATE INDEX deviations_by_period ON deviations(period);
        CREATE TABLE metered_standings(
          id INTEGER PRIMARY KEY, period INTEGER NOT NULL, stands_on INTEGER NOT NULL, before_period INTEGER NOT NULL,
          before_stands_on INTEGER NOT NULL, at TEXT NOT NULL) STRICT;
        CREATE INDEX metered_standings_by_period ON metered_standings(period);
        CREATE INDEX metered_standings_by_trading ON metered_standings(stands_on);
        """;

    /// <summary>A journal of the version before gets the table, all or nothing; any other is left alone.</summary>
    public static void AddReservations(SqliteConnection connection)
    {
        if (VersionOf(connection) == WithoutReservations)
        {
            using var statements = new JournalStatements(connection);
            statements.Commit([AddReservations, writing => writing.Execute($"PRAGMA user_version = {Version}")]);
        }
    }

    /// <summary>The table and its indices, within a commit.</summary>
    public static void AddReservations(JournalStatements writing)
    {
        writing.Execute(Reservations);
        writing.Execute(ReservationsByEnd);
        writing.Execute(ReservationsByOrder);
    }

    public static long VersionOf(SqliteConnection connection)
    {
        using var read = connection.CreateCommand();
        read.CommandText = "PRAGMA user_version";
        return (long)read.ExecuteScalar()!;
    }

    /// <summary>Creates the tables in an empty file; checks the version of any other.</summary>
    /// <exception cref="JournalException">The file was written by an older or a later version than this one and the one before.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        var version = VersionOf(connection);
        if (version is Version or WithoutReservations or BidsAsText.Version)
        {
            return;
        }

        if (version != 0)
        {
            throw new JournalException($"The journal {connection.DataSource} has schema version {version}; this exchange reads versions {BidsAsText.Version} to {Version}.");
        }

        using var transaction = connection.BeginTransaction();
        using var create = connection.CreateCommand();
        create.Transaction = transaction;
        create.CommandText = $"{Tables} PRAGMA user_version = {Version};";
        create.ExecuteNonQuery();
        transaction.Commit();
    }
}
