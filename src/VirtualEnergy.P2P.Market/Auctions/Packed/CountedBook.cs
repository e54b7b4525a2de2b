namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// A book that counts its steps as they arrive, so that when the gate closes, and at any moment before, the price is there
/// after a few hundred additions, however many orders stand in it.
/// </summary>
/// <remarks>Two additions a step. Not safe for concurrent use.</remarks>
public sealed class CountedBook
{
    private readonly TickGrid _grid;
    private readonly LevelSums _levels;

    public CountedBook(TickGrid grid) => (_grid, _levels) = (grid, new LevelSums(grid.Count));

    /// <summary>Counts an order.</summary>
    /// <exception cref="ArgumentException">Its price is not on the grid; nothing was counted.</exception>
    /// <exception cref="OverflowException">A level's sum does not fit in 64 bits.</exception>
    public void Add(Side side, Price price, Energy energy) => _levels.Add(side, TickOf(price), energy.WattHours);

    /// <summary>Takes back what was counted before.</summary>
    public void Remove(Side side, Price price, Energy energy) => _levels.Add(side, TickOf(price), -energy.WattHours);

    /// <summary>Counts every step of a bid.</summary>
    public void Add(Bid bid) => Count(bid, static (book, side, step) => book.Add(side, step.Price, step.Energy));

    /// <summary>Takes a bid out that was counted before: it was replaced, or withdrawn.</summary>
    public void Remove(Bid bid) => Count(bid, static (book, side, step) => book.Remove(side, step.Price, step.Energy));

    public void Clear() => _levels.Clear();

    /// <summary>Volume and marginal prices as they are now, by market rule 4.</summary>
    public CallResult Clearing() => CallResult.Of(_levels.Cross());

    private void Count(Bid bid, Action<CountedBook, Side, Step> count)
    {
        foreach (var step in bid.Buy)
        {
            count(this, Side.Buy, step);
        }

        foreach (var step in bid.Sell)
        {
            count(this, Side.Sell, step);
        }
    }

    private int TickOf(Price price) =>
        _grid.TryIndexOf(price, out var tick) ? tick : throw new ArgumentException($"{price} is not on the book's grid.", nameof(price));
}
