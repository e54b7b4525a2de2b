using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;

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
            Key = WalletKey.Read(section, "members are paid from it"),
            EveryPeriods = (int)(section.Whole("EveryPeriods", 1, 2_976) ?? 96),
            Confirmations = (int)(section.Whole("Confirmations", 1, 1_000) ?? 1),
            Pause = TimeSpan.FromSeconds(section.Whole("PauseSeconds", 1, 3_600) ?? 5),
        };
    }

    private static Address? AddressOf(GatewayKeys section, string key) => section.TextOrNull(key) is not { } text ? null
        : Address.TryParse(text, out var address) ? address : throw section.Fault(key, $"is '{text}'; it must be 0x and 40 hexadecimal digits");
}
