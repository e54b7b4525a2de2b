using System.Text.Json;
using VirtualEnergy.P2P.Node.Lab.Tables;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>The result for machines: what was replayed, and the three tables as arrays of objects. docs/lab.md has the fields.</summary>
public static class LabJson
{
    public static void Write(LabResult result, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        var plan = result.Plan;
        json.WriteStartObject();
        json.WriteStartObject("replay");
        json.WriteString("source", plan.Community.Source);
        json.WriteNumber("homes", plan.Community.Households.Length);
        json.WriteString("from", $"{plan.Span.From:yyyy-MM-dd}");
        json.WriteString("to", $"{plan.Span.To:yyyy-MM-dd}");
        json.WriteNumber("firstPeriod", plan.Span.First.Index);
        json.WriteNumber("periods", plan.Span.Length);
        json.WriteNumber("seed", plan.Seed);
        json.WriteEndObject();
        foreach (var table in LabTable.Of(result))
        {
            WriteTable(json, table);
        }

        json.WriteEndObject();
    }

    private static void WriteTable(Utf8JsonWriter json, LabTable table)
    {
        json.WriteStartArray(table.Name);
        for (var line = 0; line < table.Lines; line++)
        {
            json.WriteStartObject();
            foreach (var column in table.Columns)
            {
                switch (column)
                {
                    case TextColumn text:
                        json.WriteString(text.Name, text.Values[line]);
                        break;
                    case IntegerColumn { Values: var values } when values[line] is { } integer:
                        json.WriteNumber(column.Name, integer);
                        break;
                    case NumberColumn { Values: var values } when values[line] is { } number:
                        json.WriteNumber(column.Name, number);
                        break;
                    default:
                        json.WriteNull(column.Name);
                        break;
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
