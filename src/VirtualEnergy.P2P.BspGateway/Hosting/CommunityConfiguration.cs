using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using VirtualEnergy.P2P.Settlement.Wallets;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Reads a community of <c>bsp.json</c>, and the provider's key: a wallet with its password, or the environment, as for nodes.</summary>
internal static class CommunityConfiguration
{
    private const string KeyVariable = "VE_KEY";
    private const string PasswordVariable = "VE_PASSWORD";

    /// <summary>From tomorrow's planning in the afternoon to the end of tomorrow, by quarters of an hour 128; a span more than reaches there.</summary>
    private const int ReachSeconds = 32 * 3_600;

    /// <param name="community">Its section.</param>
    /// <param name="bsp">The gateway's, for the key.</param>
    /// <returns>Null where there is none.</returns>
    public static CommunityOptions? Read(GatewayKeys community, GatewayKeys bsp, MarketProfile profile)
    {
        if (community.TextOrNull("Name") is not { } name)
        {
            return null;
        }

        var holding = (profile.HoldingSeconds + profile.Grid.LengthSeconds - 1) / profile.Grid.LengthSeconds;
        var periods = (int)(community.Whole("HoldingPeriods", 1, WireFormat.MaxHoldingPeriods) ?? Math.Clamp(holding, 1, WireFormat.MaxHoldingPeriods));
        return new CommunityOptions
        {
            Name = IsName(name) ? name : throw community.Fault("Name", $"is '{name}'; it is a level of a topic, without / + #"),
            Broker = community.Parsed("Broker", "mqtt://host:1883, or mqtts://host:8883 for TLS", BrokerAddress.Parse) ?? throw community.Fault("Broker", "is missing; write mqtt://host:1883"),
            Domain = new MarketDomain((ulong)community.Required("ChainId", 1, long.MaxValue), ReadContract(community)),
            Key = ReadKey(bsp),
            Password = community.TextOrNull("Password"),
            HoldingPeriods = periods,
            Spans = (int)(community.Whole("Spans", 1, WireFormat.MaxFlexibilitySpans) ?? Math.Min(WireFormat.MaxFlexibilitySpans, ReachSeconds / (periods * profile.Grid.LengthSeconds))),
            ConfidencePermille = (int)(community.Whole("ConfidencePermille", 500, 975) ?? 900),
            TelemetrySeconds = (int)(community.Whole("TelemetrySeconds", 1, 60) ?? 4),
        };
    }

    private static bool IsName(string name)
    {
        try
        {
            _ = new Topics(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Address ReadContract(GatewayKeys community)
    {
        try
        {
            return Address.Parse(community.Text("Contract"));
        }
        catch (FormatException wrong)
        {
            throw community.Fault("Contract", "is not an address: 0x and 40 hexadecimal digits", wrong);
        }
    }

    private static EthereumKey ReadKey(GatewayKeys bsp)
    {
        try
        {
            if (bsp.TextOrNull("Wallet") is { } wallet)
            {
                return Keystore.Load(wallet, ReadPassword(bsp));
            }

            return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } hex
                ? EthereumKey.FromHex(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex)
                : throw bsp.Fault("Wallet", $"is missing: homes obey who signs. Name a wallet (ve wallet new makes one), or set {KeyVariable}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or KeystoreException)
        {
            throw bsp.Fault("Wallet", $"cannot be opened: {wrong.Message.TrimEnd('.')}", wrong);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            // Without the exception's words: they may repeat the key.
            throw new GatewayStartException($"{KeyVariable} is not a private key: 64 hexadecimal digits are expected.");
        }
    }

    private static string ReadPassword(GatewayKeys bsp)
    {
        if (bsp.TextOrNull("PasswordFile") is { } file)
        {
            return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line ? line : throw bsp.Fault("PasswordFile", $"is {file}; its first line is the password, and it is empty");
        }

        return Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password
            ? password : throw bsp.Fault("PasswordFile", $"is missing: the wallet needs a password; name a file, or set {PasswordVariable}");
    }
}
