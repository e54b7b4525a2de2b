using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Suggestions;

/// <summary>What a home expects of a period without the appliance that is asked about.</summary>
/// <param name="Net">Energy, Wh: + what it lacks, − what it has left over.</param>
/// <param name="Buy">What energy is expected to cost, µEUR/kWh.</param>
/// <param name="Sell">What energy is expected to bring.</param>
public readonly record struct PeriodOutlook(Energy Net, Price Buy, Price Sell)
{
    /// <summary>What <paramref name="more"/> consumption costs: own surplus at what it would have brought, the rest at what is asked.</summary>
    public Money CostOf(Energy more)
    {
        var own = Energy.Max(Energy.Zero, Energy.Min(more, -Net));
        return Sell.Of(own) + Buy.Of(more - own);
    }
}
