using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>Prices on the market's tick.</summary>
internal static class Tick
{
    /// <summary>The nearest price on tick that is not above.</summary>
    public static Price Down(long microEurPerKWh, MarketRules rules)
    {
        var remainder = microEurPerKWh % rules.TickMicroEurPerKWh;
        return new Price(microEurPerKWh - (remainder < 0 ? remainder + rules.TickMicroEurPerKWh : remainder));
    }

    /// <summary>The nearest price on tick that is not below.</summary>
    public static Price Up(long microEurPerKWh, MarketRules rules) => new(-Down(-microEurPerKWh, rules).MicroEurPerKWh);

    public static Price After(Price price, MarketRules rules) => new(price.MicroEurPerKWh + rules.TickMicroEurPerKWh);

    public static Price Before(Price price, MarketRules rules) => new(price.MicroEurPerKWh - rules.TickMicroEurPerKWh);
}
