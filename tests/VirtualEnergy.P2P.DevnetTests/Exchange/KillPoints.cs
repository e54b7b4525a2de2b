namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Where a process is killed: at the n-th question to the chain, before it gets there or after it was answered, or at the n-th receipt. Seeded.</summary>
internal sealed class KillPoints
{
    private static readonly string[] Kinds = ["before a question", "after a question", "at a transaction", "after a transaction", "at a receipt"];

    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly int[] _killed = new int[Kinds.Length];
    private Action? _kill;
    private int _kind;
    private int _left;

    public KillPoints(int seed, ChainDoor door, IEnumerable<Bidder> bidders)
    {
        _random = new Random(seed);
        door.Stops = (request, isAnswered) => Reach(isAnswered ? 1 : 0)
            || (request.Contains("eth_sendRawTransaction", StringComparison.Ordinal) && Reach(isAnswered ? 3 : 2));
        foreach (var bidder in bidders)
        {
            bidder.Heard = () => Reach(4);
        }
    }

    /// <summary>How many were killed where.</summary>
    public string Shown => string.Join(", ", Kinds.Zip(_killed, (kind, count) => $"{count} {kind}"));

    public void Arm(Action kill)
    {
        lock (_lock)
        {
            _kind = _random.Next(Kinds.Length);
            _left = _kind < 2 ? _random.Next(1, 45) : _random.Next(1, 4);
            _kill = kill;
        }
    }

    public void Disarm()
    {
        lock (_lock)
        {
            _kill = null;
        }
    }

    /// <returns>Whether it was killed here.</returns>
    private bool Reach(int kind)
    {
        lock (_lock)
        {
            if (_kill is { } kill && kind == _kind && --_left == 0)
            {
                _kill = null;
                _killed[kind]++;
                kill();
                return true;
            }

            return false;
        }
    }
}
