using Spectre.Console;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Where the words of a wallet come from: a file, standard input, or the terminal, unseen.</summary>
public static class WalletWords
{
    // 24 words of at most eight letters are 216 characters; who writes more did not write words.
    private const int MostCharacters = 4096;

    /// <param name="path">The file, - for standard input, or null to ask.</param>
    /// <exception cref="UserErrorException">No words, or none of a wallet; the message never repeats them.</exception>
    public static Mnemonic Read(string? path)
    {
        var text = path is null ? Ask() : InputFile.Read(path, (input, _) => FirstCharacters(input));
        try
        {
            return Mnemonic.Parse(text);
        }
        catch (MnemonicException error)
        {
            throw new UserErrorException($"{(path is null or "-" ? "The words" : path)}: {error.Message}", error);
        }
    }

    /// <summary>The first line of a file; empty where none is named.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string Passphrase(string? path) =>
        path is null ? "" : InputFile.Read(path, () => File.ReadLines(path).FirstOrDefault()) ?? "";

    /// <summary>The key of an account, m/44'/60'/0'/0/account.</summary>
    /// <exception cref="UserErrorException">The passphrase cannot be used.</exception>
    public static EthereumKey KeyOf(Mnemonic words, string passphrase, int account)
    {
        try
        {
            return HdKey.FromSeed(words.ToSeed(passphrase)).Derive(DerivationPath.Ethereum(account)).Key;
        }
        catch (MnemonicException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }

    private static string Ask() => Console.IsInputRedirected
        ? throw new UserErrorException("The words are missing: give --words-file FILE, or --words-file - for standard input.")
        : AnsiConsole.Prompt(new TextPrompt<string>("Words of the wallet:").Secret());

    private static string FirstCharacters(Stream input)
    {
        using var reader = new StreamReader(input);
        var characters = new char[MostCharacters];
        return new string(characters, 0, reader.ReadBlock(characters, 0, characters.Length));
    }
}
