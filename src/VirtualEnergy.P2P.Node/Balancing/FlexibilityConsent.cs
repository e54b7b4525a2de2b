using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>What the member allows a balancing service provider (BSP) to do with her home.</summary>
/// <param name="Bsp">Whose orders are obeyed.</param>
/// <param name="Up">Whether the home may be asked for less from the grid.</param>
/// <param name="Down">Whether it may be asked for more.</param>
/// <param name="LeastPrice">The least that she takes for a kWh up, µEUR/kWh; what it costs the home if that is more.</param>
/// <param name="Gain">What she wants beyond what a kWh costs the home, both ways, µEUR/kWh ≥ 0.</param>
public sealed record FlexibilityConsent(MemberId Bsp, bool Up, bool Down, Price LeastPrice, Price Gain)
{
    /// <summary>What is asked for a kWh up that costs the home so much.</summary>
    public Price Ask(Price cost) => Price.Max(new Price(checked(cost.MicroEurPerKWh + Gain.MicroEurPerKWh)), LeastPrice);

    /// <summary>What is given for a kWh down that is worth so much to the home.</summary>
    public Price Give(Price worth) => new(checked(worth.MicroEurPerKWh - Gain.MicroEurPerKWh));
}
