using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>A community whose homes the gateway speaks to over its MQTT broker.</summary>
public sealed record CommunityOptions
{
    /// <summary>As in the topics.</summary>
    public required string Name { get; init; }

    public required BrokerAddress Broker { get; init; }

    /// <summary>What signatures are for. It is configured and never learned: a broker could name any contract.</summary>
    public required MarketDomain Domain { get; init; }

    /// <summary>The provider's own; homes obey whoever signs with it.</summary>
    public required EthereumKey Key { get; init; }

    /// <summary>Of the provider's address as user name, where the broker wants one.</summary>
    public string? Password { get; init; }

    /// <summary>How many periods in a row a change must be held: as long as the market asks.</summary>
    public required int HoldingPeriods { get; init; }

    /// <summary>For how many spans of that length headroom is asked.</summary>
    public required int Spans { get; init; }

    /// <summary>How surely a home shall hold what it says, thousandths.</summary>
    public int ConfidencePermille { get; init; } = 900;

    /// <summary>Time between two samples of telemetry, s.</summary>
    public int TelemetrySeconds { get; init; } = 4;
}
