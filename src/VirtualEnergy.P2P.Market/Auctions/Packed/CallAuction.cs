using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// Market rule 4 near the speed of memory: the volume that one price can clear, the marginal prices, and every fill, of
/// millions of packed orders.
/// </summary>
/// <remarks>
/// <para>
/// Small books are counted by tick and then filled: two passes. For large ones a sample first guesses a narrow bracket of
/// ticks that holds both marginal prices. One pass then fills every order outside of it, since better ones are filled whole
/// and worse ones not at all, and sets aside the few inside, which are settled exactly. When the sums show that the guess was
/// wrong, the book is counted after all. So the guess decides how long it takes, never what comes out.
/// </para>
/// <para>
/// Working memory is kept from one auction to the next; an auction allocates nothing once it has seen a book as large.
/// Not safe for concurrent use. <see cref="ReferenceUniformPriceAuction"/> states the rule.
/// </para>
/// </remarks>
public sealed class CallAuction
{
    /// <summary>Smaller books are counted: there the guess would cost more than it saves.</summary>
    private const int GuessFrom = 1 << 17;

    private readonly LevelSums _levels;
    private readonly ProRata _sharedBuys = new();
    private readonly ProRata _sharedSells = new();
    private readonly SetAside _inside = new();

    /// <param name="grid">The prices that the orders stand on.</param>
    public CallAuction(TickGrid grid) => _levels = new LevelSums(grid.Count);

    /// <summary>Clears the book.</summary>
    /// <param name="orders">At most 2^30, on the grid.</param>
    /// <param name="fills">Wh of each order, in the same places; all of it is written.</param>
    /// <param name="ties">Settles equal remainders at the margin.</param>
    public CallResult Clear<TTies>(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, TTies ties)
        where TTies : struct, ITieBreak
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orders.Length, 1 << 30, nameof(orders));
        ArgumentOutOfRangeException.ThrowIfLessThan(fills.Length, orders.Length, nameof(fills));
        fills = fills[..orders.Length];
        return orders.Length >= GuessFrom && Bracket.IsFast && TryBracketed(orders, fills, ties, out var result)
            ? result
            : Counted(orders, fills, ties);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private CallResult Counted<TTies>(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, TTies ties)
        where TTies : struct, ITieBreak
    {
        _levels.Clear();
        _levels.AddAll(orders);
        var crossing = _levels.Cross();
        var limits = new FillLimits(crossing);
        for (var place = 0; place < orders.Length; place++)
        {
            Fill(orders[place], fills, place, limits);
        }

        ShareMargins(orders, fills, crossing, ties);
        return CallResult.Of(crossing);
    }

    /// <summary>False when the guess was wrong; then nothing is settled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryBracketed<TTies>(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, TTies ties, out CallResult result)
        where TTies : struct, ITieBreak
    {
        result = default;
        _levels.Clear();
        if (!Bracket.TryGuess(orders, _levels, out var bracket))
        {
            return false;
        }

        var outside = bracket.Fill(orders, fills, _inside);
        _levels.Clear();
        _levels.AddAll(_inside.Orders);

        // Everything better is filled whole only if the volume reaches as far; else the margin lies elsewhere.
        var crossing = _levels.Cross(outside.BuysAbove, outside.SellsBelow);
        if (crossing.Volume < Math.Max(outside.BuysAbove, outside.SellsBelow) || crossing.Volume == 0)
        {
            return false;
        }

        var limits = new FillLimits(crossing);
        var insiders = _inside.Orders;
        var places = _inside.Places;
        for (var i = 0; i < places.Length; i++)
        {
            Fill(insiders[i], fills, places[i], limits);
        }

        ShareMargins(orders, fills, crossing, ties);
        result = CallResult.Of(crossing).CompletedFrom(orders, bracket);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill(PackedOrder order, Span<uint> fills, int place, FillLimits limits)
    {
        fills[place] = limits.Fill(order);
        if (limits.IsShared(order))
        {
            (order.Side == Side.Buy ? _sharedBuys : _sharedSells).Add(place);
        }
    }

    private void ShareMargins<TTies>(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, Crossing crossing, TTies ties)
        where TTies : struct, ITieBreak
    {
        _sharedBuys.Share(orders, fills, crossing.Buy, ties);
        _sharedSells.Share(orders, fills, crossing.Sell, ties);
    }
}
