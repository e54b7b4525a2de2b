namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>What a deviation costs that another member's deviation balances (market rule 9). µEUR/kWh.</summary>
/// <param name="Long">What who took too little gets.</param>
/// <param name="Spread">What who took too much pays on top, to the community's account; 0 or more.</param>
public readonly record struct ImbalancePrices(Price Long, Price Spread)
{
    /// <summary>What who took too much pays in all.</summary>
    public Price Short => new(checked(Long.MicroEurPerKWh + Spread.MicroEurPerKWh));

    /// <summary>
    /// The round's price less and plus the rules' spread. Where the round had no price, the middle of what the supplier asks and gives, rounded half up,
    /// stands for it; where there is no tariff either, 0.
    /// </summary>
    public static ImbalancePrices Of(MarketRules rules, Price? round, SupplierPrices? supplier)
    {
        var reference = round ?? (supplier is { } tariff ? Middle(tariff.Import, tariff.Export) : default);
        var spread = rules.ImbalanceSpread.MicroEurPerKWh;
        return new ImbalancePrices(new Price(checked(reference.MicroEurPerKWh - spread)), new Price(checked(2 * spread)));
    }

    // An arithmetic shift rounds towards −∞, so one more before it rounds half up.
    private static Price Middle(Price one, Price other) =>
        new((long)(((Int128)one.MicroEurPerKWh + other.MicroEurPerKWh + 1) >> 1));
}
