using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace VirtualEnergy.P2P.Node.Lab.Tables;

/// <summary>Writes a table as CSV: comma-separated UTF-8 without a byte-order mark, lines that end in LF, a header.</summary>
public static class CsvTableWriter
{
    public static void Write(LabTable table, Stream stream)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        using var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" }, leaveOpen: true);
        foreach (var column in table.Columns)
        {
            csv.WriteField(column.Name);
        }

        csv.NextRecord();
        for (var line = 0; line < table.Lines; line++)
        {
            foreach (var column in table.Columns)
            {
                csv.WriteField(column.Text(line));
            }

            csv.NextRecord();
        }
    }
}
