using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What the exchange last saw of the chain. The settlement worker writes, any thread may look.</summary>
public sealed class ChainStatus(ulong chainId)
{
    private readonly Lock _lock = new();
    private ulong? _block;
    private Period? _lastFinal;

    public ulong ChainId { get; } = chainId;

    /// <summary>Whether the node answered the last time it was asked.</summary>
    public bool IsConnected { get; set; } = true;

    /// <summary>Why nothing is settled though the chain answers; null while settlement goes on.</summary>
    public string? Stopped { get; set; }

    /// <summary>The last period whose batch is final.</summary>
    public Period? LastFinal
    {
        get
        {
            lock (_lock)
            {
                return _lastFinal;
            }
        }

        set
        {
            lock (_lock)
            {
                _lastFinal = value;
            }
        }
    }

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
