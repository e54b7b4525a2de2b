namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// The nonces of one key that are in flight: taken by the node, and not known to be mined. The next nonce is the first that neither
/// the node nor this knows of, so that somebody else may use the key too, and what the node drops leaves no gap behind.
/// </summary>
/// <remarks>Any thread may call.</remarks>
internal sealed class NonceLedger
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<ulong, SignedTransaction> _inFlight = [];

    /// <summary>The node has taken it. A replacement takes the place of what it replaces.</summary>
    public void Take(SignedTransaction transaction)
    {
        lock (_lock)
        {
            _inFlight[transaction.Nonce] = transaction;
        }
    }

    /// <summary>Whatever had this nonce is not to be sent again.</summary>
    public void Forget(ulong nonce)
    {
        lock (_lock)
        {
            _inFlight.Remove(nonce);
        }
    }

    /// <summary>The account has mined so many transactions: what is below is over.</summary>
    public void Mined(ulong count)
    {
        lock (_lock)
        {
            foreach (var nonce in _inFlight.Keys.TakeWhile(nonce => nonce < count).ToList())
            {
                _inFlight.Remove(nonce);
            }
        }
    }

    /// <summary>What is in flight from <paramref name="from"/> on and below <paramref name="below"/>, lowest nonce first.</summary>
    public IReadOnlyList<SignedTransaction> InFlight(ulong from, ulong below = ulong.MaxValue)
    {
        lock (_lock)
        {
            return [.. _inFlight.Where(entry => entry.Key >= from && entry.Key < below).Select(entry => entry.Value)];
        }
    }

    /// <param name="pending">The node's count of the account's transactions, those that wait included.</param>
    public ulong Next(ulong pending)
    {
        lock (_lock)
        {
            var next = pending;
            while (_inFlight.ContainsKey(next))
            {
                next++;
            }

            return next;
        }
    }
}
