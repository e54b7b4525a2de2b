using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>What is written to the journal: statements with numbered parameters <c>@0, @1, …</c>, each read by SQLite once and kept.</summary>
/// <remarks>
/// One thread at a time: a journal has one writer. A bid is a row, and there are ten thousands of them, so values are bound to SQLite's own
/// statements: parameters and a reader for each row would cost more than the row.
/// </remarks>
internal sealed class JournalStatements(SqliteConnection connection) : IDisposable
{
    // As many as there are statements in this project.
    private readonly Dictionary<string, sqlite3_stmt> _read = [];

    /// <summary>Writes all or nothing, and returns when it is on the disk.</summary>
    /// <exception cref="SqliteException">Nothing was written.</exception>
    public void Commit(IEnumerable<Action<JournalStatements>> writes)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var write in writes)
        {
            write(this);
        }

        transaction.Commit();
    }

    /// <summary>Within <see cref="Commit"/>.</summary>
    /// <param name="values">Each null, an integer, a text, or bytes.</param>
    /// <exception cref="SqliteException">The row is not as the table wants it, or cannot be written.</exception>
    public void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_read.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement));
            _read[sql] = statement;
        }

        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                Check(Bind(statement, i + 1, values[i]));
            }

            Check(raw.sqlite3_step(statement));
        }
        finally
        {
            raw.sqlite3_reset(statement); // Its answer repeats the step's.
        }
    }

    public void Dispose()
    {
        foreach (var statement in _read.Values)
        {
            statement.Dispose();
        }
    }

    private static int Bind(sqlite3_stmt statement, int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, place),
        long number => raw.sqlite3_bind_int64(statement, place, number),
        int number => raw.sqlite3_bind_int64(statement, place, number),
        string text => raw.sqlite3_bind_text(statement, place, text),
        byte[] { Length: > 0 } bytes => raw.sqlite3_bind_blob(statement, place, bytes),
        byte[] => raw.sqlite3_bind_zeroblob(statement, place, 0),
        _ => throw new ArgumentException($"The journal has no column for {value.GetType()}.", nameof(value)),
    };

    private void Check(int answer) => SqliteException.ThrowExceptionForRC(answer, connection.Handle);
}
