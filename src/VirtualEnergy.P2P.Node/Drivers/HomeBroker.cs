using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>The broker inside the house that devices and Home Assistant share; never the market's.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="User">Null where it lets anybody in.</param>
/// <param name="Password">Secret: it is in no log and in no text of this type.</param>
public sealed record HomeBroker(BrokerAddress Address, string? User = null, string? Password = null)
{
    /// <summary>A line to it. Nothing waits there for a node that is away: a command is for now or for nothing.</summary>
    /// <param name="clientId">Names the session.</param>
    /// <param name="lastWill">Published when the line breaks or is closed.</param>
    /// <param name="greeting">Published after each connection.</param>
    public MqttLink Link(string clientId, TimeProvider time, ILogger logger, MqttMessage? lastWill = null, MqttMessage? greeting = null) => new(
        new MqttLinkOptions
        {
            Broker = Address,
            ClientId = clientId,
            User = User,
            Password = Password,
            LastWill = lastWill,
            Greeting = greeting,
            SessionExpiry = TimeSpan.Zero,
            MaxWaitingPublications = 1_000,
            JitterSeed = clientId.GetHashCode(StringComparison.Ordinal),
        },
        time,
        logger);

    public override string ToString() => User is null ? Address.ToString() : $"{Address} as {User}";
}
