namespace VirtualEnergy.P2P.Messaging;

/// <summary>How one peer reaches its broker.</summary>
public sealed record MqttLinkOptions
{
    public required BrokerAddress Broker { get; init; }

    /// <summary>Names the session on the broker. Two links with one name push each other out; keep it over restarts.</summary>
    public required string ClientId { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Published by the broker when the link breaks, and by the link itself when it is disposed.</summary>
    public MqttMessage? LastWill { get; init; }

    /// <summary>Published after each connection, before anything else: takes back the last will that the cut may have published.</summary>
    public MqttMessage? Greeting { get; init; }

    /// <summary>How long the broker keeps subscriptions and undelivered messages after a cut.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For one attempt to connect, and for one subscription.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a publication waits for a connection and its acknowledgement before it fails.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many publications may wait at a time; one more fails at once.</summary>
    public int MaxWaitingPublications { get; init; } = 10_000;

    /// <summary>How many received messages may wait for their handlers; conforming brokers hold back the rest.</summary>
    public int MaxWaitingMessages { get; init; } = 10_000;

    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seed of the back-off's jitter. Give every node its own, so that they do not all return at once.</summary>
    public int JitterSeed { get; init; }
}
