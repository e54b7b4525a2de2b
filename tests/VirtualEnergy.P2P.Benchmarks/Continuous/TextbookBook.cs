using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Benchmarks.Continuous;

/// <summary>
/// What most order books in C# are made of: a sorted dictionary of linked lists a side, a dictionary of ids, a priority
/// queue of expiries. The yardstick that the fast book is a multiple of; it carries out the stream's operations only.
/// </summary>
internal sealed class TextbookBook : IMeasuredBook
{
    private readonly SortedDictionary<long, LinkedList<Resting>> _buys = new(Comparer<long>.Create(static (a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<long, LinkedList<Resting>> _sells = [];
    private readonly Dictionary<long, LinkedListNode<Resting>> _byId = [];
    private readonly PriorityQueue<long, (long Expiry, long Id)> _expiries = new();
    private long _now;

    public int Count => _byId.Count;

    public void CarryOut(in BookOperation operation, ref Tally tally)
    {
        switch (operation.Kind)
        {
            case OperationKind.Cancel:
                if (_byId.TryGetValue(operation.Id, out var node) && node.Value.Owner == operation.Owner)
                {
                    Remove(node);
                }

                break;
            case OperationKind.Advance:
                Advance(operation.Id, ref tally);
                break;
            default:
                if (!_byId.ContainsKey(operation.Id))
                {
                    Submit(operation, ref tally);
                }

                break;
        }
    }

    private void Submit(in BookOperation operation, ref Tally tally)
    {
        long left = operation.WattHours;
        var makers = operation.IsBuy ? _sells : _buys;
        while (left > 0 && makers.Count > 0)
        {
            var (price, queue) = makers.First();
            if (operation.Kind != OperationKind.Market && (operation.IsBuy ? price > operation.Price : price < operation.Price))
            {
                break;
            }

            var maker = queue.First!;
            if (maker.Value.Owner == operation.Owner)
            {
                Remove(maker);
                tally.Removed(new Removal(maker.Value.Id, operation.Owner, new Energy(maker.Value.WattHours), RemovalReason.SelfTrade));
                continue;
            }

            var traded = Math.Min(left, maker.Value.WattHours);
            left -= traded;
            maker.Value.WattHours -= traded;
            if (maker.Value.WattHours == 0)
            {
                Remove(maker);
            }

            tally.Executed(new Execution(maker.Value.Id, operation.Id, new Price(price), new Energy(traded)));
        }

        if (left > 0 && operation.Kind == OperationKind.Limit)
        {
            Add(operation, left);
        }
    }

    private void Add(in BookOperation operation, long wattHours)
    {
        var side = operation.IsBuy ? _buys : _sells;
        if (!side.TryGetValue(operation.Price, out var queue))
        {
            side.Add(operation.Price, queue = []);
        }

        _byId[operation.Id] = queue.AddLast(new Resting(operation.Id, operation.Owner, operation.IsBuy, operation.Price) { WattHours = wattHours });
        if (operation.Lifetime != 0)
        {
            _expiries.Enqueue(operation.Id, (_now + operation.Lifetime, operation.Id));
        }
    }

    private void Advance(long now, ref Tally tally)
    {
        _now = now;
        while (_expiries.TryPeek(out var id, out var due) && due.Expiry <= now)
        {
            _expiries.Dequeue();
            if (_byId.TryGetValue(id, out var node))
            {
                Remove(node);
                tally.Removed(new Removal(id, node.Value.Owner, new Energy(node.Value.WattHours), RemovalReason.Expired));
            }
        }
    }

    private void Remove(LinkedListNode<Resting> node)
    {
        var queue = node.List!;
        queue.Remove(node);
        _byId.Remove(node.Value.Id);
        if (queue.Count == 0)
        {
            (node.Value.IsBuy ? _buys : _sells).Remove(node.Value.Price);
        }
    }

    private sealed class Resting(long id, int owner, bool isBuy, long price)
    {
        public long Id => id;

        public int Owner => owner;

        public bool IsBuy => isBuy;

        public long Price => price;

        public long WattHours { get; set; }
    }
}
