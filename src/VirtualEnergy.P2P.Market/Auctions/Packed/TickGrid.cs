namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>The prices that a community's rules allow, counted from the floor: tick 0 is the lowest.</summary>
public readonly record struct TickGrid
{
    /// <summary>More ticks than these are not counted one by one.</summary>
    public const int MostTicks = 1 << 22;

    private readonly long _first;
    private readonly long _tick;

    private TickGrid(long first, long tick, int count) => (_first, _tick, Count) = (first, tick, count);

    /// <summary>How many prices there are.</summary>
    public int Count { get; }

    /// <summary>False when the rules allow too many prices to be counted one by one.</summary>
    public static bool TryOf(MarketRules rules, out TickGrid grid) => TryOf(rules.Floor, rules.Cap, rules.TickMicroEurPerKWh, out grid);

    /// <summary>The grid between two prices, each of which is on tick.</summary>
    public static bool TryOf(Price low, Price high, long tick, out TickGrid grid)
    {
        var first = (Int128)CeilingDivide(low.MicroEurPerKWh, tick) * tick;
        var count = ((Int128)high.MicroEurPerKWh - first) / tick + 1;
        var fits = first <= high.MicroEurPerKWh && count <= MostTicks;
        grid = fits ? new TickGrid((long)first, tick, (int)count) : default;
        return fits;
    }

    public Price PriceOf(int tick) => new(_first + tick * _tick);

    /// <summary>False for a price off tick or off the grid.</summary>
    public bool TryIndexOf(Price price, out int tick)
    {
        tick = 0;
        var distance = (Int128)price.MicroEurPerKWh - _first;
        if (distance < 0 || distance % _tick != 0 || distance / _tick >= Count)
        {
            return false;
        }

        tick = (int)(distance / _tick);
        return true;
    }

    private static long CeilingDivide(long dividend, long divisor)
    {
        var quotient = dividend / divisor;
        return dividend % divisor > 0 ? quotient + 1 : quotient;
    }
}
