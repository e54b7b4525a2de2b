using System.Net;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>Where the embedded broker listens and what it takes. The defaults fit a community of some thousand nodes.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>Loopback unless the installation decides otherwise: there is no TLS here. IPv4 or IPv6.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free port; <see cref="EmbeddedBroker.Port"/> tells which.</summary>
    public int Port { get; init; }

    /// <summary>The community whose topics this broker carries; no other topic is taken.</summary>
    public required string Community { get; init; }

    public string ExchangeUser { get; init; } = "exchange";

    /// <summary>The credential that may publish the market, rounds and receipts. Secret, and new for each installation.</summary>
    public required string ExchangePassword { get; init; }

    /// <summary>A node's packet may be this large, headers included. A larger one closes the connection unread.</summary>
    public int MaxNodePacketBytes { get; init; } = 64 * 1024;

    public int MaxExchangePacketBytes { get; init; } = WireFormat.MaxRoundResultBytes + 64 * 1024;

    /// <summary>Connections at a time; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>Sessions of nodes at a time, connected or not; a new one is refused until an old one's time is over.</summary>
    public int MaxSessions { get; init; } = 40_000;

    /// <summary>A session that was left is kept for as long as its client asked, and no longer than this.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Kept for a client that is slow or away; then its oldest messages go.</summary>
    public int MaxPendingMessagesPerClient { get; init; } = 20_000;

    public int MaxSubscriptionsPerNode { get; init; } = 32;

    /// <summary>Node states and descriptions of curve markets that are retained; the next new one is refused.</summary>
    public int MaxRetainedStatuses { get; init; } = 20_000;

    /// <summary>For a client's first packet, and for any single answer.</summary>
    public TimeSpan CommunicationTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The clock that sessions run out by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>The broker cannot do what was asked. The message says what to do.</summary>
public sealed class BrokerException : Exception
{
    public BrokerException(string message)
        : base(message)
    {
    }

    public BrokerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
