using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>
/// A private key of the gateway, by one rule wherever it needs one: <c>Wallet</c>, a keystore, whose password is the first line of <c>PasswordFile</c> or in VE_PASSWORD; else <c>KeyFile</c>,
/// which holds the key; else <c>Key</c>; else VE_KEY. No message repeats a key or a password.
/// </summary>
internal static class WalletKey
{
    private const string KeyVariable = "VE_KEY";
    private const string PasswordVariable = "VE_PASSWORD";

    /// <param name="section">That names it.</param>
    /// <param name="why">What it is for.</param>
    /// <exception cref="GatewayStartException">There is none, or it cannot be used.</exception>
    public static EthereumKey Read(GatewayKeys section, string why)
    {
        try
        {
            if (section.TextOrNull("Wallet") is { } wallet)
            {
                return Keystore.Load(wallet, Password(section));
            }

            if (section.TextOrNull("KeyFile") is { } file)
            {
                return Parse(File.ReadAllText(file).Trim()) ?? throw section.Fault("KeyFile", $"is {file}, which does not hold a private key: 64 hexadecimal digits are expected");
            }
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or KeystoreException)
        {
            throw section.Fault(section.TextOrNull("Wallet") is null ? "KeyFile" : "Wallet", $"cannot be opened: {wrong.Message.TrimEnd('.')}", wrong);
        }

        return section.TextOrNull("Key") is { } key ? Parse(key) ?? throw section.Fault("Key", "is not a private key: 64 hexadecimal digits are expected")
            : Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } hex ? Parse(hex) ?? throw new GatewayStartException($"{KeyVariable} is not a private key: 64 hexadecimal digits are expected.")
            : throw section.Fault("Wallet", $"is missing: {why}. Name a keystore (ve wallet new makes one), or a KeyFile, or set {KeyVariable}");
    }

    private static EthereumKey? Parse(string hex)
    {
        try
        {
            return EthereumKey.FromHex(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            // Without the exception's words: they may repeat the key.
            return null;
        }
    }

    private static string Password(GatewayKeys section)
    {
        if (section.TextOrNull("PasswordFile") is { } file)
        {
            return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line ? line : throw section.Fault("PasswordFile", $"is {file}; its first line is the password, and it is empty");
        }

        return Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password
            ? password : throw section.Fault("PasswordFile", $"is missing: the wallet needs a password; name a file, or set {PasswordVariable}");
    }
}
