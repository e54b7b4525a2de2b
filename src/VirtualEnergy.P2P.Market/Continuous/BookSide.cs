namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>The queues of one side, one for each rank (see <see cref="TickScale"/>), linked through the orders' own records.</summary>
internal sealed class BookSide(int ranks)
{
    private readonly Queue[] _queues = new Queue[ranks];
    private readonly RankSet _occupied = new(ranks);

    /// <summary>The highest rank at which an order stands, or −1.</summary>
    public int Best { get; private set; } = -1;

    /// <summary>The oldest order of a rank, or 0.</summary>
    public int Oldest(int rank) => _queues[rank].Oldest;

    /// <summary>The next lower rank at which an order stands, or −1.</summary>
    public int Below(int rank) => _occupied.HighestBelow(rank);

    public void Append(QueueLinks[] links, int slot, int rank)
    {
        ref var queue = ref _queues[rank];
        var youngest = queue.Youngest;
        links[slot] = new QueueLinks { Older = youngest };
        queue.Youngest = slot;
        if (youngest != 0)
        {
            links[youngest].Younger = slot;
            return;
        }

        queue.Oldest = slot;
        _occupied.Add(rank);
        Best = Math.Max(Best, rank);
    }

    public void Unlink(QueueLinks[] links, int slot, int rank)
    {
        var (older, younger) = (links[slot].Older, links[slot].Younger);
        (older != 0 ? ref links[older].Younger : ref _queues[rank].Oldest) = younger;
        (younger != 0 ? ref links[younger].Older : ref _queues[rank].Youngest) = older;
        if ((older | younger) == 0)
        {
            _occupied.Remove(rank);
            Best = rank == Best ? _occupied.Highest : Best;
        }
    }

    private struct Queue
    {
        public int Oldest;
        public int Youngest;
    }
}
