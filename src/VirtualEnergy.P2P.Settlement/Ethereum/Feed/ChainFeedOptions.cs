namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>How a <see cref="ChainFeed"/> hears of news.</summary>
public enum ChainFeedMode
{
    /// <summary>It asks every <see cref="ChainFeedOptions.PollInterval"/>: there is no socket, or none that works now.</summary>
    Polling,

    /// <summary>A socket says when to ask.</summary>
    Subscribed,
}

/// <summary>Limits of a <see cref="ChainFeed"/>.</summary>
public sealed record ChainFeedOptions
{
    /// <summary>ws or wss address of the node; null polls.</summary>
    public Uri? Socket { get; init; }

    /// <summary>Between two looks while no socket tells.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks while a socket should tell: news found so was kept back, and the socket is given up.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the second attempt to open a socket; doubles for each further one.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Blocks back from the latest that a reorganisation may still change; logs there are compared at every look.</summary>
    public int ReorganisationDepth { get; init; } = 64;

    /// <summary>Blocks asked about at once: nodes refuse logs of more.</summary>
    public int MaxRange { get; init; } = 1_000;

    /// <summary>Limits of the socket.</summary>
    public JsonRpcOptions Rpc { get; init; } = new();
}
