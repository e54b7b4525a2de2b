using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>A run that may start now or wait.</summary>
/// <param name="Device">The appliance.</param>
/// <param name="Energy">What the first period takes, Wh.</param>
/// <param name="Limit">The most it pays for it.</param>
public readonly record struct WaitingRun(string Device, Energy Energy, Price Limit);

/// <summary>
/// A home in one period as its planner sees it: what happens anyway, what bends with the price, and what may start.
/// </summary>
/// <param name="Fixed">Net energy that no price changes: load, running and due appliances, less production. Wh.</param>
/// <param name="Production">The production in it, as far as home and connection can take it, Wh ≥ 0.</param>
/// <param name="Bending">Devices whose energy may take any value on their curve: battery, curtailment.</param>
/// <param name="Waiting">Runs that start as a whole or not at all.</param>
/// <param name="Supplier">The supplier's prices.</param>
/// <param name="ConnectionLimit">Most energy that the connection carries each way, Wh.</param>
public sealed record Situation(
    Energy Fixed,
    Energy Production,
    ImmutableArray<DemandCurve> Bending,
    ImmutableArray<WaitingRun> Waiting,
    SupplierPrices Supplier,
    Energy ConnectionLimit)
{
    /// <summary>The home's net energy as a function of price.</summary>
    public DemandCurve Demand => Bending.Aggregate(
        new DemandCurve(Fixed, Waiting.Where(run => run.Energy > Energy.Zero).Select(run => new Slice(run.Limit, run.Energy))),
        (sum, device) => sum + device);
}
