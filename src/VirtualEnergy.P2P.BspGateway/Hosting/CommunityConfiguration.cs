using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Reads a community of <c>bsp.json</c>, and the provider's key.</summary>
internal static class CommunityConfiguration
{
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
            Key = WalletKey.Read(bsp, "homes obey who signs"),
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
}
