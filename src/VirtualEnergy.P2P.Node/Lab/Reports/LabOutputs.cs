using System.Text;
using VirtualEnergy.P2P.Node.Lab.Html;
using VirtualEnergy.P2P.Node.Lab.Tables;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>The files that were asked for. That they can be written is known before the replay; they appear all at the end, or none does.</summary>
public sealed class LabOutputs : IDisposable
{
    private static readonly string[] Tables = ["summary", "periods", "members"];

    private readonly StagedFiles _files = new();
    private readonly string? _html;
    private readonly Dictionary<string, string> _csv = [];
    private readonly Dictionary<string, string> _parquet = [];

    /// <param name="html">The report's file, or null.</param>
    /// <param name="csv">Folder of the tables as CSV, or null.</param>
    /// <param name="parquet">Folder of the tables as Parquet, or null.</param>
    /// <exception cref="UserErrorException">Something cannot be written.</exception>
    public LabOutputs(string? html, string? csv, string? parquet)
    {
        try
        {
            _html = html is null ? null : _files.Stage("--html", html);
            Stage("--csv", csv, "csv", _csv);
            Stage("--parquet", parquet, "parquet", _parquet);
        }
        catch
        {
            _files.Dispose();
            throw;
        }
    }

    /// <param name="result">What goes into the files.</param>
    /// <param name="commandLine">How to get it again, for the report.</param>
    /// <param name="cancellation">Then nothing appears.</param>
    /// <exception cref="UserErrorException">The disk does not take it.</exception>
    public async Task WriteAsync(LabResult result, string commandLine, CancellationToken cancellation)
    {
        try
        {
            if (_html is not null)
            {
                await File.WriteAllTextAsync(_html, HtmlReport.Of(result, commandLine), new UTF8Encoding(false), cancellation).ConfigureAwait(false);
            }

            if (_csv.Count + _parquet.Count > 0)
            {
                await WriteTablesAsync(result, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"The result cannot be written: {error.Message}", error);
        }

        cancellation.ThrowIfCancellationRequested();
        _files.Commit();
    }

    public void Dispose() => _files.Dispose();

    private async Task WriteTablesAsync(LabResult result, CancellationToken cancellation)
    {
        foreach (var table in LabTable.Of(result))
        {
            if (_csv.TryGetValue(table.Name, out var csv))
            {
                await using var stream = File.Create(csv);
                CsvTableWriter.Write(table, stream);
            }

            if (_parquet.TryGetValue(table.Name, out var parquet))
            {
                await using var stream = File.Create(parquet);
                await ParquetTableWriter.WriteAsync(table, stream, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void Stage(string option, string? folder, string ending, Dictionary<string, string> stages)
    {
        if (folder is null)
        {
            return;
        }

        _files.Folder(option, folder);
        foreach (var table in Tables)
        {
            stages[table] = _files.Stage(option, Path.Combine(folder, $"{table}.{ending}"));
        }
    }
}
