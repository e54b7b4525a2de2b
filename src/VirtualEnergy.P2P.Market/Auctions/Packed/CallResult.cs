namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>What an auction over packed orders came to.</summary>
/// <param name="Volume">Wh bought = Wh sold; zero when nothing trades, and then there is no price.</param>
/// <param name="MarginalBuy">Tick of the last buy that is filled; −1 when nothing trades.</param>
/// <param name="MarginalSell">Tick of the last sell that is filled; −1 when nothing trades.</param>
/// <param name="BestUnfilledBuy">Tick of the best buy that has something left; −1 when none has.</param>
/// <param name="BestUnfilledSell">Tick of the best sell that has something left; −1 when none has.</param>
public readonly record struct CallResult(long Volume, int MarginalBuy, int MarginalSell, int BestUnfilledBuy, int BestUnfilledSell)
{
    internal static CallResult Of(Crossing crossing) => new(
        crossing.Volume, crossing.Buy.Tick, crossing.Sell.Tick, crossing.Buy.BestUnfilled, crossing.Sell.BestUnfilled);

    /// <summary>Looks outside of a bracket for the prices that it did not hold.</summary>
    internal CallResult CompletedFrom(ReadOnlySpan<PackedOrder> orders, Bracket bracket)
    {
        if (Math.Min(Math.Min(MarginalBuy, MarginalSell), Math.Min(BestUnfilledBuy, BestUnfilledSell)) >= 0)
        {
            return this;
        }

        var (lowestBuyAbove, highestBuyBelow, lowestSellAbove, highestSellBelow) = (int.MaxValue, -1, int.MaxValue, -1);
        foreach (var order in orders)
        {
            var tick = order.Tick;
            var (isAbove, isBelow) = (tick - bracket.Middle > bracket.Reach, bracket.Middle - tick > bracket.Reach);
            if (order.Side == Side.Buy)
            {
                lowestBuyAbove = isAbove ? Math.Min(lowestBuyAbove, tick) : lowestBuyAbove;
                highestBuyBelow = isBelow ? Math.Max(highestBuyBelow, tick) : highestBuyBelow;
            }
            else
            {
                lowestSellAbove = isAbove ? Math.Min(lowestSellAbove, tick) : lowestSellAbove;
                highestSellBelow = isBelow ? Math.Max(highestSellBelow, tick) : highestSellBelow;
            }
        }

        return this with
        {
            MarginalBuy = MarginalBuy >= 0 ? MarginalBuy : lowestBuyAbove,
            MarginalSell = MarginalSell >= 0 ? MarginalSell : highestSellBelow,
            BestUnfilledBuy = BestUnfilledBuy >= 0 ? BestUnfilledBuy : highestBuyBelow,
            BestUnfilledSell = BestUnfilledSell >= 0 || lowestSellAbove == int.MaxValue ? BestUnfilledSell : lowestSellAbove,
        };
    }

    /// <summary>Price and competitive interval by market rule 4; null when nothing trades.</summary>
    public (Price Price, PriceInterval Interval)? Price(TickGrid grid, MarketRules rules)
    {
        if (Volume == 0)
        {
            return null;
        }

        var interval = new PriceInterval(
            grid.PriceOf(Math.Max(MarginalSell, BestUnfilledBuy)),
            grid.PriceOf(BestUnfilledSell < 0 ? MarginalBuy : Math.Min(MarginalBuy, BestUnfilledSell)));
        return (KPrice.Of(grid.PriceOf(MarginalBuy), grid.PriceOf(MarginalSell), interval, rules), interval);
    }
}
