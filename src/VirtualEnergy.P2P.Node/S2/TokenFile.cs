namespace VirtualEnergy.P2P.Node.S2;

/// <summary>A bearer token that was agreed by hand, for who knows no S2 Connect: the first line of a file.</summary>
internal static class TokenFile
{
    /// <summary>A shorter one could be guessed.</summary>
    public const int LeastCharacters = 32;

    private const int MostCharacters = 1_024;

    /// <param name="key">What names the file, for what is said of it.</param>
    /// <exception cref="UserErrorException">It cannot be read, or is no token.</exception>
    public static string Read(string key, string path)
    {
        var token = InputFile.Read(path, () => File.ReadLines(path).FirstOrDefault())?.Trim() ?? "";
        return token.Length is >= LeastCharacters and <= MostCharacters && token.All(letter => letter is > ' ' and <= '~')
            ? token : throw new UserErrorException($"{key} {path}: its first line is to be a token of {LeastCharacters} to {MostCharacters} characters, as openssl rand -hex 32 makes one.");
    }
}
