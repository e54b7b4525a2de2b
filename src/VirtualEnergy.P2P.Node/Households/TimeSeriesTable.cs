using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>A CSV file whose lines are consecutive quarters of an hour and whose columns are powers.</summary>
/// <remarks>The first line gives the first period; every other must follow the one before it by exactly a quarter of an hour.</remarks>
public sealed class TimeSeriesTable
{
    private readonly CsvTable _table;

    private TimeSeriesTable(CsvTable table, Period first)
    {
        _table = table;
        First = first;
    }

    public Period First { get; }

    public int Length => _table.Lines.Count;

    public string File => _table.File;

    public IReadOnlyList<string> Header => _table.Header;

    /// <param name="file">The file.</param>
    /// <param name="timeColumn">Name of the column of times.</param>
    /// <param name="parse">Reads a time, or null when it cannot.</param>
    /// <param name="timeLayout">How a time is written, for the message.</param>
    /// <exception cref="DatasetException">A time that cannot be read, is off the quarter of an hour, or does not follow.</exception>
    public static TimeSeriesTable Read(string file, string timeColumn, Func<string, DateTimeOffset?> parse, string timeLayout)
    {
        var table = CsvTable.Read(file);
        var column = table.Column(timeColumn);
        Period? first = null;
        for (var i = 0; i < table.Lines.Count; i++)
        {
            var line = table.Lines[i];
            var text = line.Fields[column];
            var time = parse(text) ?? throw table.Wrong(line, column, $"'{CsvTable.Shown(text)}' is not a time. Write {timeLayout}.");
            if (time.ToUnixTimeSeconds() % PeriodGrid.QuarterHour.LengthSeconds != 0 || time.Millisecond != 0)
            {
                throw table.Wrong(line, column, $"{text} is not the start of a quarter of an hour.");
            }

            var period = PeriodGrid.QuarterHour.At(time);
            first ??= period;
            if (period.Index - first.Value.Index != i)
            {
                throw table.Wrong(line, column, $"{text} does not follow the line before by a quarter of an hour. Fill the gap, remove the repetition or resample.");
            }
        }

        return new TimeSeriesTable(table, first!.Value);
    }

    public bool Has(string column) => _table.HasColumn(column);

    /// <summary>A column in whole W.</summary>
    /// <param name="column">Name of the column.</param>
    /// <param name="wattsPerUnit">W of a 1 in the file.</param>
    /// <exception cref="DatasetException">No such column, or an entry that is negative, not a number or above any home's power.</exception>
    public ImmutableArray<long> Watts(string column, double wattsPerUnit)
    {
        var index = _table.Column(column);
        var watts = ImmutableArray.CreateBuilder<long>(Length);
        foreach (var line in _table.Lines)
        {
            var value = _table.Number(line, index, 0, PowerProfile.MostWatts / wattsPerUnit);
            watts.Add((long)Math.Round(value * wattsPerUnit, MidpointRounding.AwayFromZero));
        }

        return watts.MoveToImmutable();
    }
}
