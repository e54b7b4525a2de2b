namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>The most Wh that one member has on both sides together, while orders join and leave.</summary>
/// <remarks>
/// A heap that is put right at its top only: who has shrunk stands too far up in it and is put back with what she has now, who has
/// grown gets another place and her old one is void. O(log n) a change.
/// </remarks>
internal sealed class LargestPart
{
    private readonly Dictionary<MemberId, Part> _parts = [];
    private readonly PriorityQueue<Part, Int128> _heap = new();

    /// <param name="ladder">All its buys are there at first, and none of its sells.</param>
    public LargestPart(Ladder ladder)
    {
        foreach (var order in ladder.Buys)
        {
            Of(order).WattHours += order.Energy.WattHours;
        }

        foreach (var part in _parts.Values)
        {
            Queue(part);
        }
    }

    /// <summary>Wh; zero when nobody has any.</summary>
    public Int128 WattHours
    {
        get
        {
            while (_heap.TryPeek(out var part, out var negated))
            {
                var isVoid = part.Queued != -negated;
                if (!isVoid && part.Queued == part.WattHours)
                {
                    return part.WattHours;
                }

                _heap.Dequeue();
                if (!isVoid)
                {
                    Queue(part);
                }
            }

            return 0;
        }
    }

    public void Grow(Order order)
    {
        var part = Of(order);
        part.WattHours += order.Energy.WattHours;
        if (part.WattHours > part.Queued)
        {
            Queue(part);
        }
    }

    public void Shrink(Order order) => Of(order).WattHours -= order.Energy.WattHours;

    private Part Of(Order order)
    {
        if (!_parts.TryGetValue(order.Member, out var part))
        {
            _parts.Add(order.Member, part = new Part());
        }

        return part;
    }

    private void Queue(Part part)
    {
        part.Queued = part.WattHours;
        _heap.Enqueue(part, -part.Queued);
    }

    private sealed class Part
    {
        public Int128 WattHours { get; set; }

        /// <summary>With what she stands in the heap; never less than she has.</summary>
        public Int128 Queued { get; set; }
    }
}
