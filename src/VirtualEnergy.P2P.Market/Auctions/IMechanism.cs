namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>A way to clear a frozen set of orders (market rule 8). Each is a pure function: same set, same answer.</summary>
public interface IMechanism
{
    /// <param name="orders">Any number, in any order; what is answered does not depend on it.</param>
    /// <param name="rules">The community's constants.</param>
    /// <param name="seed">Chance, for mechanisms that draw lots; known to nobody before gate closure. Others ignore it.</param>
    /// <exception cref="OverflowException">A sum does not fit in 64 bits.</exception>
    /// <exception cref="ArgumentException">An order's energy is not positive, or the rules ask for what the mechanism cannot do.</exception>
    Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed);
}
