using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// Market rule 4 near the speed of memory: the volume that one price can clear, the marginal prices, and every fill, of
/// millions of packed orders.
/// </summary>
/// <remarks>
/// <para>
/// Small books are counted by tick and then filled: two passes. For large ones a sample first guesses a narrow bracket of
/// ticks that holds both marginal prices. One pass then fills every order, better ones whole and worse ones not at all, and sets
/// aside the few inside the bracket, where that can be wrong: these are settled exactly. When the sums show that the guess was
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
            fills[place] = limits.Fill(orders[place]);
            KeepShared(orders[place], place, limits);
        }

        ShareMargins(fills, crossing, ties);
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

        FillInside(fills, bracket, new FillLimits(crossing));
        ShareMargins(fills, crossing, ties);
        result = CallResult.Of(crossing).CompletedFrom(orders, bracket);
        return true;
    }

    /// <summary>Corrects what was guessed of the orders inside: few, which counts as they lie far apart in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillInside(Span<uint> fills, Bracket bracket, FillLimits limits)
    {
        var orders = _inside.Orders;
        var places = _inside.Places;
        var wrong = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var (order, place) = (orders[i], places[i]);
            KeepShared(order, place, limits);
            (orders[wrong], places[wrong]) = (order, place); // No branch: the next one overwrites who was filled rightly.
            wrong += limits.Fill(order) != bracket.Fill(order) ? 1 : 0;
        }

        for (var i = 0; i < wrong; i++)
        {
            fills[places[i]] = limits.Fill(orders[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void KeepShared(PackedOrder order, int place, FillLimits limits)
    {
        if (limits.IsShared(order))
        {
            (order.Side == Side.Buy ? _sharedBuys : _sharedSells).Add(place, order.WattHours);
        }
    }

    private void ShareMargins<TTies>(Span<uint> fills, Crossing crossing, TTies ties)
        where TTies : struct, ITieBreak
    {
        _sharedBuys.Share(fills, crossing.Buy, ties);
        _sharedSells.Share(fills, crossing.Sell, ties);
    }
}
