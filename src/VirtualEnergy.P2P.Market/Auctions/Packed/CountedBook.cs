using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// A book that counts its steps as they arrive, so that when the gate closes, and at any moment before, the price is there
/// after a few hundred additions, however many orders stand in it.
/// </summary>
/// <remarks>Two additions a step. Whatever is refused leaves the book as it was. Not safe for concurrent use.</remarks>
public sealed class CountedBook
{
    private readonly TickGrid _grid;
    private readonly LevelSums _levels;

    public CountedBook(TickGrid grid) => (_grid, _levels) = (grid, new LevelSums(grid.Count));

    /// <summary>Whether a step can be counted: its price is on the grid, its energy not negative and below 2^32 Wh.</summary>
    public bool CanHold(Price price, Energy energy) => energy.WattHours is >= 0 and <= uint.MaxValue && _grid.TryIndexOf(price, out _);

    /// <summary>Whether every step of the bid can be counted.</summary>
    public bool CanHold(Bid bid) => CanHold(bid.Buy) && CanHold(bid.Sell);

    /// <summary>Counts an order.</summary>
    /// <exception cref="ArgumentException">The book cannot hold it.</exception>
    public void Add(Side side, Price price, Energy energy) => Count(side, new Step(price, Held(price, energy)), 1);

    /// <summary>Takes back what was counted before.</summary>
    /// <exception cref="ArgumentException">The book cannot have held it.</exception>
    public void Remove(Side side, Price price, Energy energy) => Count(side, new Step(price, Held(price, energy)), -1);

    /// <summary>Counts every step of a bid.</summary>
    /// <exception cref="ArgumentException">The book cannot hold one of them; none was counted.</exception>
    public void Add(Bid bid) => Count(bid, 1);

    /// <summary>Takes a bid out that was counted before: it was replaced, or withdrawn.</summary>
    /// <exception cref="ArgumentException">The book cannot have held it.</exception>
    public void Remove(Bid bid) => Count(bid, -1);

    public void Clear() => _levels.Clear();

    /// <summary>Volume and marginal prices as they are now, by market rule 4.</summary>
    public CallResult Clearing() => CallResult.Of(_levels.Cross());

    private bool CanHold(ImmutableArray<Step> steps)
    {
        foreach (var step in steps)
        {
            if (!CanHold(step.Price, step.Energy))
            {
                return false;
            }
        }

        return true;
    }

    private Energy Held(Price price, Energy energy) =>
        CanHold(price, energy) ? energy : throw new ArgumentException($"The book cannot hold {energy.WattHours} Wh at {price}.", nameof(price));

    private void Count(Bid bid, int sign)
    {
        if (!CanHold(bid))
        {
            throw new ArgumentException($"The book cannot hold every step of {bid.Member}'s bid.", nameof(bid));
        }

        foreach (var step in bid.Buy)
        {
            Count(Side.Buy, step, sign);
        }

        foreach (var step in bid.Sell)
        {
            Count(Side.Sell, step, sign);
        }
    }

    private void Count(Side side, Step step, int sign)
    {
        _ = _grid.TryIndexOf(step.Price, out var tick);
        _levels.Add(side, tick, sign * step.Energy.WattHours);
    }
}
