namespace VirtualEnergy.P2P.Node.Households;

/// <summary>A data set that cannot be used. The message says which file, line and column, what is wrong and what to do.</summary>
public sealed class DatasetException : Exception
{
    /// <param name="file">Path as the user gave it.</param>
    /// <param name="line">Line in the file, from 1; 0 when it concerns the file as a whole.</param>
    /// <param name="column">Name of the column, or null when it concerns the whole line.</param>
    /// <param name="problem">What is wrong and what to do, one sentence.</param>
    public DatasetException(string file, long line, string? column, string problem)
        : base($"{file}{(line > 0 ? $", line {line}" : "")}{(column is null ? "" : $", column {column}")}: {problem}")
    {
        File = file;
        Line = line;
        Column = column;
    }

    public string File { get; }

    public long Line { get; }

    public string? Column { get; }
}
