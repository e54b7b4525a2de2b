namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What the exchange last saw of the chain.</summary>
public sealed class ChainStatus(ulong chainId)
{
    public ulong ChainId { get; } = chainId;

    /// <summary>Whether the node answered the last time it was asked.</summary>
    public bool IsConnected { get; set; } = true;

    /// <summary>The newest block seen.</summary>
    public ulong? Block { get; set; }
}
