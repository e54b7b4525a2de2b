namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// What the next Wh through a home's meter costs in a period, as a rising step function of the energy that flows: what selling less
/// forgoes, then what buying costs, and beyond what may flow in either direction any price.
/// </summary>
/// <param name="Sell">µEUR/kWh.</param>
/// <param name="Buy">µEUR/kWh.</param>
/// <param name="Least">The least that may flow, Wh; + import. Below it any price is worth more flow.</param>
/// <param name="Most">The most that may flow, not below <paramref name="Least"/>. The two are one where the flow is promised.</param>
internal readonly record struct GridPrice(double Sell, double Buy, double Least, double Most)
{
    /// <summary>A flow that is promised, whatever it costs.</summary>
    public static GridPrice Promised(double net) => new(0, 0, net, net);

    /// <summary>The price upwards from a flow, and the flow up to which it holds.</summary>
    public (double Price, double UpTo) Above(double net) =>
        net < Least ? (double.NegativeInfinity, Least)
        : net >= Most ? (double.PositiveInfinity, double.PositiveInfinity)
        : net < 0 ? (Sell, Math.Min(0, Most))
        : (Buy, Most);

    /// <summary>The price downwards from a flow.</summary>
    public double Below(double net) =>
        net > Most ? double.PositiveInfinity : net <= Least ? double.NegativeInfinity : net > 0 ? Buy : Sell;
}
