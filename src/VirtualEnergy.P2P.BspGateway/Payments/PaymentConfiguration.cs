using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>Reads <see cref="PaymentOptions"/> from <c>Bsp:Payments</c>; docs/bsp.md lists its keys.</summary>
internal static class PaymentConfiguration
{
    /// <returns>Null where the section has no contract: then nobody is paid.</returns>
    /// <exception cref="GatewayStartException">A value is missing or cannot be; no message repeats a key.</exception>
    public static PaymentOptions? Read(GatewayKeys section)
    {
        if (section.TextOrNull("Contract") is null)
        {
            return section.TextOrNull("Rpc") is null ? null : throw section.Fault("Contract", "is missing: it is the community's escrow, 0x and 40 hexadecimal digits");
        }

        var rpc = section.Text("Rpc");
        return new PaymentOptions
        {
            Rpc = Uri.TryCreate(rpc, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
                : throw section.Fault("Rpc", $"is '{rpc}'; it must be an address like http://127.0.0.1:8545"),
            ChainId = (ulong)section.Required("ChainId", 1, long.MaxValue),
            Contract = AddressOf(section, "Contract")!.Value,
            Token = AddressOf(section, "Token"),
            Operator = AddressOf(section, "Operator"),
            Key = KeyOf(section),
            EveryPeriods = (int)(section.Whole("EveryPeriods", 1, 2_976) ?? 96),
            Confirmations = (int)(section.Whole("Confirmations", 1, 1_000) ?? 1),
            Pause = TimeSpan.FromSeconds(section.Whole("PauseSeconds", 1, 3_600) ?? 5),
        };
    }

    private static Address? AddressOf(GatewayKeys section, string key) => section.TextOrNull(key) is not { } text ? null
        : Address.TryParse(text, out var address) ? address : throw section.Fault(key, $"is '{text}'; it must be 0x and 40 hexadecimal digits");

    private static EthereumKey KeyOf(GatewayKeys section)
    {
        try
        {
            if (section.TextOrNull("Wallet") is { } wallet)
            {
                return Keystore.Load(wallet, File.ReadAllText(section.Text("PasswordFile")).TrimEnd('\r', '\n'));
            }

            return section.TextOrNull("KeyFile") is { } file ? EthereumKey.FromHex(File.ReadAllText(file).Trim())
                : section.TextOrNull("Key") is { } key ? EthereumKey.FromHex(key)
                : throw section.Fault("Wallet", "is missing: name a keystore and its PasswordFile, or a KeyFile");
        }
        catch (FormatException)
        {
            throw section.Fault("Key", "must be a private key, 0x and 64 hexadecimal digits; so must what KeyFile holds");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or KeystoreException)
        {
            throw section.Fault("Wallet", $"cannot be used: {failure.Message}", failure);
        }
    }
}
