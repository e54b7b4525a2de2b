namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What the exchange last saw of the chain. The settlement worker writes, any thread may look.</summary>
public sealed class ChainStatus(ulong chainId)
{
    private readonly Lock _lock = new();
    private ulong? _block;

    public ulong ChainId { get; } = chainId;

    /// <summary>Whether the node answered the last time it was asked.</summary>
    public bool IsConnected { get; set; } = true;

    /// <summary>The newest block seen.</summary>
    public ulong? Block
    {
        get
        {
            lock (_lock)
            {
                return _block;
            }
        }

        set
        {
            lock (_lock)
            {
                _block = value;
            }
        }
    }
}
