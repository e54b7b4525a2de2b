using Parquet;
using Parquet.Schema;

namespace VirtualEnergy.P2P.Node.Lab.Tables;

/// <summary>Writes a table as Parquet: one row group, Snappy; names and times as strings, integers as INT64, ratios as DOUBLE, all optional but the strings.</summary>
public static class ParquetTableWriter
{
    public static async Task WriteAsync(LabTable table, Stream stream, CancellationToken cancellation)
    {
        var schema = new ParquetSchema(table.Columns.Select(FieldOf).ToArray());
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellation).ConfigureAwait(false);
        using var group = writer.CreateRowGroup();
        for (var i = 0; i < table.Columns.Length; i++)
        {
            var field = schema.DataFields[i];
            await (table.Columns[i] switch
            {
                TextColumn text => group.WriteAsync(field, text.Values),
                IntegerColumn integers => group.WriteAsync<long>(field, integers.Values.AsMemory(), cancellationToken: cancellation),
                NumberColumn numbers => group.WriteAsync<double>(field, numbers.Values.AsMemory(), cancellationToken: cancellation),
                var other => throw new ArgumentException($"{other.GetType().Name} is no kind of column that Parquet has a type for.", nameof(table)),
            }).ConfigureAwait(false);
        }

        group.CompleteValidate();
    }

    private static Field FieldOf(LabColumn column) => column switch
    {
        TextColumn => new DataField(column.Name, typeof(string), isNullable: false),
        IntegerColumn => new DataField<long?>(column.Name),
        _ => new DataField<double?>(column.Name),
    };
}
