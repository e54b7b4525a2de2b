using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>A file that grows by a line at a time and is written anew at each start, so that it does not grow without end.</summary>
/// <param name="path">Null keeps nothing.</param>
internal sealed class KeptLines(string? path, ILogger logger)
{
    /// <summary>The last lines of a file that may not be there. What was cut off by a crash is one line.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static IEnumerable<string> Last(string? path, int most) =>
        path is not null && File.Exists(path) ? InputFile.Read(path, () => File.ReadAllLines(path)).TakeLast(most) : [];

    public void Append(string line, string what)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.AppendAllText(path, line + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{What} is kept in memory only: {Why}", what, failure.Message);
        }
    }

    /// <summary>These lines and no others.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Rewrite(IEnumerable<string> lines)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.WriteAllText(path + ".part", string.Concat(lines.Select(line => line + "\n")));
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written: {failure.Message}", failure);
        }
    }
}
