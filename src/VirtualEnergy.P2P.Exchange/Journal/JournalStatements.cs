using System.Globalization;
using Microsoft.Data.Sqlite;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>What is written to the journal: statements with numbered parameters <c>@0, @1, …</c>, each read by SQLite once and kept.</summary>
/// <remarks>One thread at a time: a journal has one writer.</remarks>
internal sealed class JournalStatements(SqliteConnection connection) : IDisposable
{
    // As many as there are statements in this project.
    private readonly Dictionary<string, SqliteCommand> _read = [];
    private SqliteTransaction? _transaction;

    /// <summary>Writes all or nothing, and returns when it is on the disk.</summary>
    /// <exception cref="SqliteException">Nothing was written.</exception>
    public void Commit(IEnumerable<Action<JournalStatements>> writes)
    {
        using var transaction = connection.BeginTransaction();
        _transaction = transaction;
        foreach (var write in writes)
        {
            write(this);
        }

        transaction.Commit();
    }

    /// <summary>Within <see cref="Commit"/>.</summary>
    public void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_read.TryGetValue(sql, out var command))
        {
            _read[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"@{i}") });
            }
        }

        command.Transaction = _transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in _read.Values)
        {
            command.Dispose();
        }
    }
}
