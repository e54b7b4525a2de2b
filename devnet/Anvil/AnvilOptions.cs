namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>How the devnet's chain runs. The limits are those of a real chain after Osaka, and cannot be relaxed here.</summary>
public sealed record AnvilOptions
{
    /// <summary>The native executable; null takes the one that the build installed from npm.</summary>
    public string? Executable { get; init; }

    /// <summary>TCP port on the loopback interface; 0 takes a free one.</summary>
    public int Port { get; init; }

    public ulong ChainId { get; init; } = 31337;

    /// <summary>A block at this pace; null mines each transaction in a block of its own as it comes.</summary>
    public TimeSpan? BlockTime { get; init; }

    /// <summary>No block is mined unless <c>evm_mine</c> asks for one.</summary>
    public bool MinesByHand { get; init; }

    /// <summary>A file that the chain is read from at the start, where it is there, and written to; null keeps it in memory only.</summary>
    public string? StateFile { get; init; }

    /// <summary>How often the chain is written to its file; what came after the last time is lost if Anvil is killed.</summary>
    public TimeSpan StateInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long Anvil may take until it listens.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
