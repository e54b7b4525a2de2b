namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>The k-price of rule 4: k·(marginal buy) + (1 − k)·(marginal sell), clipped, then on tick.</summary>
internal static class KPrice
{
    /// <remarks>
    /// Clipped before rounding, and once more after: the ends of the interval are bid prices, and in a loose book these may lie
    /// between two ticks. Nobody pays more than she bid for the sake of a round number.
    /// </remarks>
    public static Price Of(Price marginalBuy, Price marginalSell, PriceInterval interval, MarketRules rules)
    {
        var k = rules.KThousandths;
        var thousandths = (Int128)marginalBuy.MicroEurPerKWh * k + (Int128)marginalSell.MicroEurPerKWh * (1000 - k);
        var low = (Int128)interval.Low.MicroEurPerKWh * 1000;
        var high = (Int128)interval.High.MicroEurPerKWh * 1000;
        var clipped = Int128.Max(low, Int128.Min(high, thousandths));
        var tick = (Int128)rules.TickMicroEurPerKWh * 1000;
        var onTick = FloorDivide(2 * clipped + tick, 2 * tick) * rules.TickMicroEurPerKWh;
        return new Price((long)Int128.Max(interval.Low.MicroEurPerKWh, Int128.Min(interval.High.MicroEurPerKWh, onTick)));
    }

    private static Int128 FloorDivide(Int128 dividend, Int128 divisor)
    {
        var quotient = dividend / divisor;
        return dividend % divisor < 0 ? quotient - 1 : quotient;
    }
}
