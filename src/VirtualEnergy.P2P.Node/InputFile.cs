namespace VirtualEnergy.P2P.Node;

/// <summary>Files that the user names.</summary>
internal static class InputFile
{
    /// <summary>Reads a file, or standard input where its name is -.</summary>
    /// <param name="path">The file, or -.</param>
    /// <param name="read">Gets the content and what to call it in a message.</param>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static T Read<T>(string path, Func<Stream, string, T> read)
    {
        if (path == "-")
        {
            using var input = Console.OpenStandardInput();
            return read(input, "standard input");
        }

        return Read(path, () =>
        {
            using var file = File.OpenRead(path);
            return read(file, path);
        });
    }

    /// <summary>Says in one line that a file cannot be read.</summary>
    /// <exception cref="UserErrorException">It cannot be.</exception>
    public static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {error.Message}", error);
        }
    }
}
