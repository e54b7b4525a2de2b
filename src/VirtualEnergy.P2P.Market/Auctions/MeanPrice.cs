namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>The price that stands for a round in which not everyone trades at the same: the mean of what sellers get, by energy.</summary>
internal static class MeanPrice
{
    /// <returns>On tick, nearest, half up; null when nothing trades.</returns>
    public static Price? Of(IEnumerable<Lot> lots, MarketRules rules)
    {
        var (energy, value) = (Int128.Zero, System.Numerics.BigInteger.Zero);
        foreach (var lot in lots)
        {
            var bought = lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
            energy += bought;
            value += (System.Numerics.BigInteger)bought * lot.Price.MicroEurPerKWh;
        }

        if (energy == 0)
        {
            return null;
        }

        var tick = (System.Numerics.BigInteger)rules.TickMicroEurPerKWh;
        var (doubled, divisor) = (2 * value + tick * energy, 2 * tick * energy);
        var ticks = System.Numerics.BigInteger.DivRem(doubled, divisor, out var rest) - (rest.Sign < 0 ? 1 : 0);
        return new Price((long)(ticks * tick));
    }
}
