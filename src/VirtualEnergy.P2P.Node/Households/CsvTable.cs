using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>One line of a CSV file with its number.</summary>
public readonly record struct CsvLine(int Number, string[] Fields);

/// <summary>
/// A CSV file, read whole: a header and lines of equal length. Everything that can be wrong with it is said with file, line
/// and column.
/// </summary>
/// <remarks>Comma-separated, UTF-8, numbers with a decimal point. Bounded in size, so that no file can exhaust a node.</remarks>
public sealed class CsvTable
{
    /// <summary>Largest file that is read, bytes: a year of quarter-hours for about a hundred homes.</summary>
    public const long MostBytes = 32 * 1024 * 1024;

    private readonly string[] _header;

    private CsvTable(string file, string[] header, List<CsvLine> lines)
    {
        File = file;
        _header = header;
        Lines = lines;
    }

    public string File { get; }

    public IReadOnlyList<string> Header => _header;

    public IReadOnlyList<CsvLine> Lines { get; }

    /// <exception cref="DatasetException">The file is missing, too large, empty, or its lines differ in length.</exception>
    public static CsvTable Read(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MostBytes)
            {
                throw new DatasetException(file, 0, null, $"The file has {length} bytes, at most {MostBytes} are read. Split it.");
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return Read(file, reader);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(file, 0, null, $"The file cannot be read: {exception.Message}");
        }
    }

    /// <summary>The header alone, or null when the file is missing or empty.</summary>
    public static string? FirstColumn(string file) =>
        System.IO.File.Exists(file) && System.IO.File.ReadLines(file).FirstOrDefault() is { } line ? line.Split(',')[0].Trim('"', '\uFEFF') : null;

    /// <summary>Index of a column.</summary>
    /// <exception cref="DatasetException">There is none of that name.</exception>
    public int Column(string name)
    {
        var index = Array.IndexOf(_header, name);
        return index >= 0 ? index : throw new DatasetException(File, 1, name, "The column is missing. Add it to the header.");
    }

    public bool HasColumn(string name) => _header.Contains(name);

    /// <summary>A finite number within bounds.</summary>
    /// <exception cref="DatasetException">Not a number, NaN, infinite or out of bounds.</exception>
    public double Number(CsvLine line, int column, double low, double high)
    {
        var text = line.Fields[column];
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            throw Wrong(line, column, $"'{Shown(text)}' is not a number. Write digits and a decimal point, and leave no value out.");
        }

        return value >= low && value <= high
            ? value
            : throw Wrong(line, column, string.Create(CultureInfo.InvariantCulture, $"{value} lies outside {low} to {high}. Check the unit and the sign."));
    }

    public DatasetException Wrong(CsvLine line, int column, string problem) => new(File, line.Number, _header[column], problem);

    internal static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static CsvTable Read(string file, StreamReader reader)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            MaxFieldSize = 1_000,
            TrimOptions = TrimOptions.Trim,
            BadDataFound = bad => throw new DatasetException(file, bad.Context.Parser?.RawRow ?? 0, null, "A quotation mark stands inside a field. Quote the whole field or none of it."),
        };
        using var parser = new CsvParser(reader, configuration);
        string[]? header = null;
        var lines = new List<CsvLine>();
        try
        {
            while (parser.Read())
            {
                var fields = parser.Record ?? [];
                if (header is null)
                {
                    header = Distinct(file, fields);
                }
                else if (fields.Length != header.Length)
                {
                    throw new DatasetException(file, parser.RawRow, null, $"The line has {fields.Length} fields, the header {header.Length}. Complete or remove it.");
                }
                else
                {
                    lines.Add(new CsvLine(parser.RawRow, fields));
                }
            }
        }
        catch (MaxFieldSizeException)
        {
            throw new DatasetException(file, parser.RawRow, null, "A field is longer than 1000 characters. This is not a table of numbers.");
        }

        return header is null || lines.Count == 0
            ? throw new DatasetException(file, 0, null, "The file holds no lines of data.")
            : new CsvTable(file, header, lines);
    }

    private static string[] Distinct(string file, string[] header)
    {
        var twice = header.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? header : throw new DatasetException(file, 1, twice, "The column appears twice. Rename one.");
    }
}
