using Spectre.Console;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Where a node's key comes from: a keystore file with a password, or the environment.</summary>
public static class NodeKey
{
    public const string KeyVariable = "VE_KEY";
    public const string PasswordVariable = "VE_PASSWORD";

    /// <exception cref="UserErrorException">No key, or one that cannot be opened; the message says how to give one.</exception>
    public static EthereumKey Open(HomeConfig config) => Open(config.Wallet, config.PasswordFile);

    /// <inheritdoc cref="Open(HomeConfig)"/>
    public static EthereumKey Open(string? wallet, string? passwordFile) =>
        wallet is not null ? OpenWallet(wallet, passwordFile) : FromEnvironment();

    /// <exception cref="UserErrorException">The file cannot be read, or the password is wrong.</exception>
    public static EthereumKey OpenWallet(string path, string? passwordFile)
    {
        try
        {
            return Keystore.Load(path, Password(passwordFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeystoreException)
        {
            throw new UserErrorException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>From the file, the environment, or the terminal, in that order.</summary>
    /// <exception cref="UserErrorException">There is no password and nobody to ask.</exception>
    public static string Password(string? passwordFile)
    {
        if (passwordFile is not null)
        {
            return InputFile.Read(passwordFile, () => File.ReadLines(passwordFile).FirstOrDefault()) is { Length: > 0 } line
                ? line
                : throw new UserErrorException($"{passwordFile}: its first line is the password, and it is empty.");
        }

        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password)
        {
            return password;
        }

        return Console.IsInputRedirected
            ? throw new UserErrorException($"The wallet needs a password: give --password-file, or set {PasswordVariable}.")
            : AnsiConsole.Prompt(new TextPrompt<string>("Password of the wallet:").Secret());
    }

    private static EthereumKey FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(KeyVariable) is not { Length: > 0 } hex)
        {
            throw new UserErrorException($"The node needs a key: name a wallet (ve wallet new makes one), or set {KeyVariable}.");
        }

        try
        {
            return EthereumKey.FromHex(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new UserErrorException($"{KeyVariable} is not a private key: 64 hexadecimal digits are expected.", error);
        }
    }
}
