using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// How much is bought and sold at each tick, with sums of blocks of ticks above: an order is counted in two additions, and
/// where demand meets supply is found in a few hundred steps, however many orders were counted.
/// </summary>
/// <remarks>Sums stay below 2^63 Wh, since an order has less than 2^32 Wh and a book less than 2^31 orders.</remarks>
internal sealed class LevelSums
{
    private const int BlockBits = 8;
    private const int BlockSize = 1 << BlockBits;

    // Both sides of a tick lie side by side, sells first, so that counting an order takes no branch.
    private readonly long[] _levels;
    private readonly long[] _blocks;

    public LevelSums(int ticks)
    {
        var blocks = (ticks + BlockSize - 1) >> BlockBits;
        (Ticks, _levels, _blocks) = (blocks << BlockBits, new long[2 * blocks << BlockBits], new long[2 * blocks]);
    }

    /// <summary>Ticks that can be counted: the grid's, rounded up to whole blocks.</summary>
    public int Ticks { get; }

    /// <param name="side">Buy or sell.</param>
    /// <param name="tick">Within the grid.</param>
    /// <param name="wattHours">Negative takes away what was counted before.</param>
    /// <exception cref="OverflowException">A sum does not fit; nothing was counted.</exception>
    public void Add(Side side, int tick, long wattHours)
    {
        var isBuy = side == Side.Buy ? 1 : 0;
        ref var block = ref _blocks[2 * (tick >> BlockBits) + isBuy];
        var sum = block + wattHours;
        _levels[2 * tick + isBuy] += wattHours;
        block = sum;
    }

    /// <summary>Counts many at once: by tick first, the blocks after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddAll(ReadOnlySpan<PackedOrder> orders)
    {
        AddSample(orders);
        for (var block = 0; block < _blocks.Length / 2; block++)
        {
            var (buys, sells) = (0L, 0L);
            for (var tick = block << BlockBits; tick < (block + 1) << BlockBits; tick++)
            {
                buys += Buys(tick);
                sells += Sells(tick);
            }

            (_blocks[2 * block + 1], _blocks[2 * block]) = (buys, sells);
        }
    }

    /// <summary>Counts by tick only, which is all that <see cref="Near"/> looks at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddSample(ReadOnlySpan<PackedOrder> orders)
    {
        var levels = _levels;
        foreach (var order in orders)
        {
            var rank = order.Rank;
            var isBuy = rank >>> 31;
            levels[2 * (rank ^ -isBuy) + isBuy] += order.WattHours;
        }
    }

    public void Clear()
    {
        Array.Clear(_levels);
        Array.Clear(_blocks);
    }

    /// <summary>The most that one price can clear, and where it ends on each side (market rule 4).</summary>
    /// <param name="buysAbove">Demand at prices above every tick counted here.</param>
    /// <param name="sellsBelow">Supply at prices below every tick counted here.</param>
    public Crossing Cross(long buysAbove = 0, long sellsBelow = 0)
    {
        var volume = Volume(buysAbove, sellsBelow);
        if (volume == 0)
        {
            return new Crossing(0, Margin.None, Margin.None);
        }

        return new Crossing(volume, BuyMargin(volume, buysAbove), SellMargin(volume, sellsBelow));
    }

    /// <summary>
    /// The ticks at which demand and supply are nearer to each other than <paramref name="near"/>, with a neighbour on both
    /// sides; and whether more than an eighth of all energy stands there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (Bracket Bracket, bool IsCrowded) Near(long near)
    {
        var (demand, supply) = (0L, 0L); // at the tick
        for (var tick = 0; tick < Ticks; tick++)
        {
            demand += Buys(tick);
        }

        var all = demand;
        var (low, high) = (Ticks, -1);
        for (var tick = 0; tick < Ticks; tick++)
        {
            supply += Sells(tick);
            low = supply - demand >= -near ? Math.Min(low, tick) : low;
            high = supply - demand <= near ? tick : high;
            demand -= Buys(tick);
        }

        // A jump over the whole width leaves the two in the wrong order: then the jump itself is in between.
        (low, high) = (Math.Min(low, high), Math.Max(low, high));
        var bracket = new Bracket((low + high) / 2, (high - low + 1) / 2 + 1);
        var inside = 0L;
        for (var tick = Math.Max(0, bracket.Middle - bracket.Reach); tick <= Math.Min(Ticks - 1, bracket.Middle + bracket.Reach); tick++)
        {
            inside += Buys(tick) + Sells(tick);
        }

        return (bracket, inside > (all + supply) / 8);
    }

    /// <summary>
    /// Demand falls and supply rises with the price, so the volume is found where supply first reaches demand: it is the
    /// demand there or the supply just below, whichever is more.
    /// </summary>
    private long Volume(long buysAbove, long sellsBelow)
    {
        var (demand, supply) = (buysAbove + Demand(), sellsBelow); // at the tick, and just below it
        if (supply >= demand)
        {
            // Supply reached demand below all that is counted here: no more than the demand trades, whatever else is offered.
            return demand;
        }

        for (var block = 0; block < _blocks.Length / 2; block++)
        {
            var lastTick = (block << BlockBits) + BlockSize - 1;
            if (supply + SellsOfBlock(block) < demand - BuysOfBlock(block) + Buys(lastTick))
            {
                demand -= BuysOfBlock(block);
                supply += SellsOfBlock(block);
                continue;
            }

            for (var tick = block << BlockBits; ; tick++)
            {
                if (supply + Sells(tick) >= demand)
                {
                    return Math.Max(demand, supply);
                }

                demand -= Buys(tick);
                supply += Sells(tick);
            }
        }

        return supply;
    }

    private Margin BuyMargin(long volume, long above)
    {
        var filled = above;
        for (var block = _blocks.Length / 2 - 1; block >= 0; block--)
        {
            if (filled < volume && filled + BuysOfBlock(block) < volume)
            {
                filled += BuysOfBlock(block);
                continue;
            }

            for (var tick = (block << BlockBits) + BlockSize - 1; filled < volume; filled += Buys(tick), tick--)
            {
                if (filled + Buys(tick) >= volume)
                {
                    var here = volume - filled;
                    return new Margin(tick, here, Buys(tick), here < Buys(tick) ? tick : BuyBelow(tick));
                }
            }

            break;
        }

        // The volume ends above all that was counted: nothing here is filled.
        return new Margin(-1, 0, 0, BuyBelow(Ticks));
    }

    private Margin SellMargin(long volume, long below)
    {
        var filled = below;
        for (var block = 0; block < _blocks.Length / 2; block++)
        {
            if (filled < volume && filled + SellsOfBlock(block) < volume)
            {
                filled += SellsOfBlock(block);
                continue;
            }

            for (var tick = block << BlockBits; filled < volume; filled += Sells(tick), tick++)
            {
                if (filled + Sells(tick) >= volume)
                {
                    var here = volume - filled;
                    return new Margin(tick, here, Sells(tick), here < Sells(tick) ? tick : SellAbove(tick));
                }
            }

            break;
        }

        return new Margin(-1, 0, 0, SellAbove(-1));
    }

    private int BuyBelow(int tick)
    {
        for (tick--; tick >= 0; tick--)
        {
            if ((tick & (BlockSize - 1)) == BlockSize - 1 && BuysOfBlock(tick >> BlockBits) == 0)
            {
                tick -= BlockSize - 1;
            }
            else if (Buys(tick) > 0)
            {
                return tick;
            }
        }

        return -1;
    }

    private int SellAbove(int tick)
    {
        for (tick++; tick < Ticks; tick++)
        {
            if ((tick & (BlockSize - 1)) == 0 && SellsOfBlock(tick >> BlockBits) == 0)
            {
                tick += BlockSize - 1;
            }
            else if (Sells(tick) > 0)
            {
                return tick;
            }
        }

        return -1;
    }

    private long Demand()
    {
        var demand = 0L;
        for (var block = 0; block < _blocks.Length / 2; block++)
        {
            demand += BuysOfBlock(block);
        }

        return demand;
    }

    private long Buys(int tick) => _levels[2 * tick + 1];

    private long Sells(int tick) => _levels[2 * tick];

    private long BuysOfBlock(int block) => _blocks[2 * block + 1];

    private long SellsOfBlock(int block) => _blocks[2 * block];
}

/// <summary>What one price clears at most, in Wh, and the marginal level of each side.</summary>
internal readonly record struct Crossing(long Volume, Margin Buy, Margin Sell);

/// <summary>Where the fills of one side end.</summary>
/// <param name="Tick">The marginal level; −1 when the volume ends outside of what was counted.</param>
/// <param name="Filled">Wh that the level gets.</param>
/// <param name="Standing">Wh that stand there; more than are filled when the level is filled in part.</param>
/// <param name="BestUnfilled">Tick of the best price with something left, this level included; −1 when there is none.</param>
internal readonly record struct Margin(int Tick, long Filled, long Standing, int BestUnfilled)
{
    public static readonly Margin None = new(-1, 0, 0, -1);

    public bool IsPartial => Filled < Standing;
}
