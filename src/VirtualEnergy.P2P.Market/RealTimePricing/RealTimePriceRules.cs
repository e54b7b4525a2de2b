namespace VirtualEnergy.P2P.Market.RealTimePricing;

/// <summary>
/// The constants of a market without bids: a price is broadcast each period, homes respond to it, and what the meters then
/// show moves the next price. Modelled on EcoGrid EU's real-time market, with a price every five minutes.
/// </summary>
/// <remarks>Source: "The EcoGrid EU Market Concept", eu-ecogrid.net: without an imbalance the price is the reference's.</remarks>
public sealed record RealTimePriceRules
{
    /// <summary>
    /// By how many Wh a period the community's net energy is expected to fall when the price rises by 1 ct/kWh (10 000
    /// µEUR/kWh). Positive. See <see cref="RealTimePriceController"/> for what happens when it is wrong.
    /// </summary>
    public required Energy ResponsePerCent { get; init; }

    /// <summary>The net energy that the community is to have each period; + import, − export. The imbalance is measured from here.</summary>
    public Energy Target { get; init; } = Energy.Zero;

    /// <summary>The price where nothing is out of balance, for communities that know no better one for the period.</summary>
    public Price Reference { get; init; } = new(200_000);

    /// <summary>The most that the price moves from one period to the next beside its reference, µEUR/kWh, positive.</summary>
    public Price MostPerPeriod { get; init; } = new(50_000);
}
