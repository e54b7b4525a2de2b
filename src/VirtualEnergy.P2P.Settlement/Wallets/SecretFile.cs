namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>Files that hold a secret: a keystore, or the words of a wallet.</summary>
public static class SecretFile
{
    /// <summary>Writes a new file that only its owner can read. Never replaces one: it may hold the only copy of a key.</summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static void Create(string path, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, options);
        file.Write(content);
    }
}
