namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>
/// Keeps one member's empty account from holding up the batch of all: her deviation counts only as far as her funds reach if all of it
/// were matched. The rest is not matched, so it is the supplier's, as on her statement everything is that the community does not balance.
/// </summary>
public static class PayableDeviation
{
    /// <summary>The position with so much less carried that its owner can pay for it whatever part is matched.</summary>
    /// <param name="position">As metered.</param>
    /// <param name="prices">Who is short pays the short price, who is long the long price where it is negative.</param>
    /// <param name="funds">What she has for certain, µEUR.</param>
    /// <param name="members">How many take part: each of her trades is rounded, by less than 1 µEUR in all, and she has fewer of them.</param>
    /// <exception cref="OverflowException">Energies beyond 64 bits.</exception>
    public static MeteredPosition Limit(MeteredPosition position, ImbalancePrices prices, Money funds, int members)
    {
        var deviation = position.Deviation.WattHours;
        var price = deviation > 0 ? (Int128)prices.Short.MicroEurPerKWh : -(Int128)prices.Long.MicroEurPerKWh;
        if (deviation == 0 || price <= 0)
        {
            return position;
        }

        var most = Int128.Max(0, (Int128)funds.MicroEur - members) * 1000 / price;
        var size = Int128.Abs(deviation);
        if (size <= most)
        {
            return position;
        }

        var unfunded = deviation > 0 ? size - most : most - size;
        return position with { Carried = new Energy(checked((long)(position.Carried.WattHours - unfunded))) };
    }
}
