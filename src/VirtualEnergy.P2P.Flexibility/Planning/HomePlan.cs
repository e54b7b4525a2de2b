namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>A piece of a store's demand: energy that it takes up to a price and no longer above it.</summary>
/// <param name="Limit">µEUR/kWh.</param>
/// <param name="Energy">Wh, positive: charged, or not discharged.</param>
public readonly record struct DemandPiece(double Limit, double Energy);

/// <summary>What a store would do in the first period as a function of its price.</summary>
/// <param name="Base">Energy at the highest prices, Wh ≤ 0: everything that can be discharged.</param>
/// <param name="Pieces">What it takes back and more as the price falls, highest limit first.</param>
public sealed record StoreDemand(double Base, DemandPiece[] Pieces);

/// <summary>A home's plan: a schedule for the horizon, and the first period as a function of its price.</summary>
public sealed record HomePlan
{
    /// <summary>What a kWh inside the home is worth in each period, µEUR/kWh: the market's price but where the connection binds, or where the home is alone.</summary>
    public required double[] Prices { get; init; }

    /// <summary>Energy through the meter, Wh; + import.</summary>
    public required double[] Net { get; init; }

    /// <summary>Energy of each store at its terminals by period, Wh; + charge.</summary>
    public required double[][] Energies { get; init; }

    /// <summary>When each run starts, by period.</summary>
    public required int[] Starts { get; init; }

    /// <summary>What the schedule costs, wear and missing fill included, less what the stores are worth at the end. Thousandths of a µEUR.</summary>
    public required double Cost { get; init; }

    /// <summary>The first period of each store.</summary>
    public required StoreDemand[] Demands { get; init; }

    /// <summary>The most each run pays a kWh to start now, µEUR/kWh; null where it may not start yet, and +∞ where it must.</summary>
    public required double?[] StartLimits { get; init; }
}
