using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>What a home has done for its BSP since its book began.</summary>
/// <param name="Orders">Orders that were accepted.</param>
/// <param name="Called">What was called, Wh ≥ 0, both ways.</param>
/// <param name="Delivered">What of it was delivered, Wh ≥ 0.</param>
/// <param name="Earned">What that comes to at the orders' prices, µEUR: up is paid to the home, down by it. The BSP's settlement says what counts.</param>
public readonly record struct FlexibilityTotals(int Orders, Energy Called, Energy Delivered, Money Earned)
{
    /// <summary>Adds a period that was run.</summary>
    /// <param name="called">Wh with sign.</param>
    /// <param name="changed">By how much the home's net energy differed from its program, Wh with sign.</param>
    /// <param name="price">The order's.</param>
    public FlexibilityTotals With(Energy called, Energy changed, Price price)
    {
        var isUp = called < Energy.Zero;
        var (wanted, did) = isUp ? (-called, -changed) : (called, changed);
        var delivered = Energy.Max(Energy.Zero, Energy.Min(wanted, did));
        var paid = price.Of(delivered);
        return this with { Called = Called + wanted, Delivered = Delivered + delivered, Earned = isUp ? Earned + paid : Earned - paid };
    }
}
