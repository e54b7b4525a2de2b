using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>What the simulated system operator has asked for, newest first, and what was answered.</summary>
internal sealed class TsoOrders
{
    private const int Kept = 200;

    private readonly LinkedList<OrderView> _orders = new();
    private readonly Lock _lock = new();
    private int _count;

    public ImmutableArray<OrderView> Read()
    {
        lock (_lock)
        {
            return [.. _orders];
        }
    }

    public string NewId()
    {
        lock (_lock)
        {
            return $"tso-{++_count:0000}";
        }
    }

    public void Put(OrderView order)
    {
        lock (_lock)
        {
            for (var node = _orders.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == order.Id)
                {
                    node.Value = order;
                    return;
                }
            }

            _orders.AddFirst(order);
            if (_orders.Count > Kept)
            {
                _orders.RemoveLast();
            }
        }
    }
}
