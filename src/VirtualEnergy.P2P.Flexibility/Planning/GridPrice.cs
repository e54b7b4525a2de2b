namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// What the next Wh through a home's meter costs in a period, as a rising step function of the energy that flows: what selling less
/// forgoes, then what buying costs, and beyond the connection in either direction any price.
/// </summary>
/// <param name="Sell">µEUR/kWh.</param>
/// <param name="Buy">µEUR/kWh.</param>
/// <param name="Limit">What the connection carries each way, Wh.</param>
internal readonly record struct GridPrice(double Sell, double Buy, double Limit)
{
    /// <summary>The price upwards from a flow, and the flow up to which it holds.</summary>
    public (double Price, double UpTo) Above(double net) =>
        net < -Limit ? (double.NegativeInfinity, -Limit)
        : net < 0 ? (Sell, 0)
        : net < Limit ? (Buy, Limit)
        : (double.PositiveInfinity, double.PositiveInfinity);

    /// <summary>The price downwards from a flow.</summary>
    public double Below(double net) =>
        net > Limit ? double.PositiveInfinity : net > 0 ? Buy : net > -Limit ? Sell : double.NegativeInfinity;
}
