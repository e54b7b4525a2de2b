namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>Numbers of messages to homes: each above all before, over restarts too, though not each is written down.</summary>
/// <remarks>They are unix ms where the clock lets them. A block is written down before it is used, and a restart begins above the last block. Safe to use from any thread.</remarks>
/// <param name="above">No number below or at this is given.</param>
/// <param name="links">The machine's clock: it goes on over restarts, which a market's simulated time need not.</param>
/// <param name="keep">Writes down that all numbers up to this may be in use.</param>
internal sealed class OrderNumbers(long above, TimeProvider links, Action<long> keep)
{
    /// <summary>Ten minutes' worth: so many lines an hour at most.</summary>
    private const long Block = 600_000;

    private readonly Lock _lock = new();
    private long _last = above;
    private long _kept = above;

    /// <exception cref="IOException">The block is not on the disk.</exception>
    public long Next()
    {
        lock (_lock)
        {
            var next = Math.Max(_last + 1, links.GetUtcNow().ToUnixTimeMilliseconds());
            if (next > _kept)
            {
                keep(next + Block);
                _kept = next + Block;
            }

            return _last = next;
        }
    }
}
