using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>Orders taken out of a book to be looked at again, side by side, with their places.</summary>
internal sealed class SetAside
{
    // A vector is stored whole, whatever of it counts.
    private const int Slack = 16;

    private PackedOrder[] _orders = [];
    private int[] _places = [];

    public int Count { get; set; }

    public ReadOnlySpan<PackedOrder> Orders => _orders.AsSpan(0, Count);

    public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

    /// <summary>Where the orders are written to.</summary>
    public ref PackedOrder FirstOrder => ref MemoryMarshal.GetArrayDataReference(_orders);

    /// <summary>Where their places are written to.</summary>
    public ref int FirstPlace => ref MemoryMarshal.GetArrayDataReference(_places);

    /// <summary>Forgets all, and makes room.</summary>
    public void Begin(int most)
    {
        Count = 0;
        if (_orders.Length < most + Slack)
        {
            (_orders, _places) = (new PackedOrder[most + Slack], new int[most + Slack]);
        }
    }

    public void Add(int place, PackedOrder order)
    {
        (_orders[Count], _places[Count]) = (order, place);
        Count++;
    }
}
