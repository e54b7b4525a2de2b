using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>The id that each order of an auction has in its file, found by the order's key: one key, one id.</summary>
/// <remarks>16 to 24 bytes an order, half of what a dictionary takes: a book of ten million orders must leave room for its clearing.</remarks>
internal sealed class OrderIds
{
    private readonly ImmutableArray<Order> _orders;
    private readonly string[] _ids;

    /// <summary>Places of orders, counted from 1, each at its key's hash or behind; at least every second one is free.</summary>
    private readonly int[] _slots;

    /// <param name="orders">Each with a key of its own.</param>
    /// <param name="ids">Theirs, in the same places.</param>
    public OrderIds(ImmutableArray<Order> orders, string[] ids)
    {
        (_orders, _ids) = (orders, ids);
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)(2 * orders.Length + 1))];
        for (var place = 0; place < orders.Length; place++)
        {
            _slots[SlotOf(orders[place])] = place + 1;
        }
    }

    /// <exception cref="KeyNotFoundException">The order is not of this auction.</exception>
    public string this[Order order] => _slots[SlotOf(order)] is > 0 and var place
        ? _ids[place - 1] : throw new KeyNotFoundException($"No order of this book has the key {order.Key}.");

    /// <summary>Where the order is, or would be.</summary>
    private int SlotOf(Order order)
    {
        var slot = order.Key.GetHashCode() & (_slots.Length - 1);
        while (_slots[slot] is > 0 and var place && _orders[place - 1].Key != order.Key)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }
}
