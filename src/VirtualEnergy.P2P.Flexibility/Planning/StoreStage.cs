namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// What one period means for any store of energy, as the planner sees it: a battery, a car, a building, a tank. Inside it
/// fill' = fill × <see cref="Keep"/> − <see cref="Use"/> + charge × <see cref="InYield"/> − discharge ÷ <see cref="OutYield"/>.
/// </summary>
/// <remarks>
/// Plans are estimates, so they are worked out in doubles; what is booked of them is whole watt-hours. Energy in Wh, at the
/// terminals where nothing else is said; fills in Wh of the stored kind (heat for a building), and they may be negative where
/// zero is a level that is wanted rather than an end.
/// </remarks>
/// <param name="Floor">The lowest fill there can be when the period ends.</param>
/// <param name="Ceiling">The highest.</param>
/// <param name="Wanted">The fill that the member wants at least when the period ends; comes before money.</param>
/// <param name="Keep">Share of the fill that does not leak away, above 0 and up to 1.</param>
/// <param name="Use">What leaves the store whatever the plan: driving, heat for the rooms, hot water. Negative where it is fed by others.</param>
/// <param name="MostIn">Most that can be charged, ≥ 0.</param>
/// <param name="MostOut">Most that can be discharged, ≥ 0.</param>
/// <param name="InYield">Stored for each Wh charged: an efficiency, or a heat pump's coefficient of performance. Positive.</param>
/// <param name="OutYield">Delivered for each Wh drawn, above 0 and up to 1.</param>
/// <param name="Wear">What a kWh charged costs the store, µEUR/kWh ≥ 0.</param>
public readonly record struct StoreStage(
    double Floor, double Ceiling, double Wanted, double Keep, double Use,
    double MostIn, double MostOut, double InYield, double OutYield, double Wear)
{
    /// <summary>
    /// What the planner takes a missing kWh to cost in every period in which it is missing: far above any price of energy, so that
    /// comfort and departures come before money. µEUR/kWh of fill.
    /// </summary>
    public const double Scarcity = 20_000_000;

    /// <summary>What a kWh delivered costs beside what it takes out of the store, µEUR/kWh: fuel. Negative where it saves elsewhere.</summary>
    public double OutCost { get; init; }

    /// <summary>Whether it can be planned with: numbers that can be, in their order and within their bounds.</summary>
    public bool IsSound => IsFill(Floor) && IsFill(Ceiling) && Floor <= Ceiling && IsFill(Wanted) && IsFill(Use) && Keep is > 0 and <= 1
        && MostIn is >= 0 and <= Most && MostOut is >= 0 and <= Most && InYield is > 0 and <= MostYield && OutYield is > 0 and <= 1 && Wear is >= 0 and <= Scarcity
        && Math.Abs(OutCost) <= Scarcity;

    private const double Most = 1e9;
    private const double MostYield = 100;

    private static bool IsFill(double wattHours) => Math.Abs(wattHours) <= Most;

    /// <summary>The fill after the period without any charge or discharge.</summary>
    public double Left(double fill) => fill * Keep - Use;

    /// <summary>The fill after the period with an energy at the terminals: + charge, − discharge.</summary>
    public double After(double fill, double energy) => Left(fill) + (energy >= 0 ? energy * InYield : energy / OutYield);

    /// <summary>The energy nearest to a wanted one that the store can take from a fill: what comes first is charged, and what does not fit is not.</summary>
    public double Nearest(double fill, double energy)
    {
        var left = Left(fill);
        return Math.Clamp(Math.Max(Math.Min(energy, Math.Max(0, Reaching(Ceiling - left))), Reaching(Math.Max(Floor, Wanted) - left)), -MostOut, MostIn);
    }

    // At the terminals, for a change of the fill.
    private double Reaching(double change) => change > 0 ? change / InYield : change * OutYield;
}
