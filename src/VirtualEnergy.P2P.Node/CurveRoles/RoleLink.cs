using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>How a node of a curve market reaches its broker, and who it is there.</summary>
public sealed record RoleLink
{
    public required BrokerAddress Broker { get; init; }

    public required string Community { get; init; }

    /// <summary>Signs everything that the node says; its address is its identity.</summary>
    public required EthereumKey Key { get; init; }

    /// <summary>For a broker that checks passwords; the user name is the node's address.</summary>
    public string? Password { get; init; }

    public MemberId Member => Key.Address.ToMember();

    /// <param name="role">Part of the client id: one key may have several roles.</param>
    /// <param name="isNamed">An auctioneer or concentrator always gives its address as user name; the broker lets nobody else read its bids.</param>
    internal MqttLinkOptions Options(string role, bool isNamed) => new()
    {
        Broker = Broker,
        ClientId = $"{Member}-curve-{role}",
        User = isNamed || Password is not null ? Member.Value : null,
        Password = Password,
        JitterSeed = Member.Value.GetHashCode(StringComparison.Ordinal),
        LongestBackOff = TimeSpan.FromSeconds(5),
    };
}
