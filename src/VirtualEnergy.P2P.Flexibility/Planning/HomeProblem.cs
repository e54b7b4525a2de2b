namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>A store in a plan.</summary>
/// <param name="Stages">What each period of the horizon means for it.</param>
/// <param name="Fill">The fill now, Wh.</param>
/// <param name="EndValue">What a kWh of fill is worth when the horizon ends, µEUR/kWh.</param>
public sealed record StoreProblem(StoreStage[] Stages, double Fill, double EndValue)
{
    /// <summary>The fill up to which it is worth that, Wh; no end unless told.</summary>
    public double Enough { get; init; } = double.PositiveInfinity;

    /// <summary>What a kWh beyond that is worth, µEUR/kWh; not more than <see cref="EndValue"/>.</summary>
    public double EndValueBeyond { get; init; }

    /// <summary>What a fill is worth when the horizon ends, thousandths of a µEUR.</summary>
    public double WorthOf(double fill) => Math.Min(fill, Enough) * EndValue + Math.Max(0, fill - Enough) * EndValueBeyond;
}

/// <summary>A run that starts once, without a pause, within a window.</summary>
/// <param name="Energies">What each period of the run takes, Wh.</param>
/// <param name="Earliest">Index of the first period in which it may start; 0 is now.</param>
/// <param name="Latest">Index of the last.</param>
public sealed record RunProblem(double[] Energies, int Earliest, int Latest);

/// <summary>What a home's planner is asked: the horizon with its expected flows and prices, the connection, the devices.</summary>
/// <remarks>
/// All arrays have an entry a period. Buying never costs less than selling brings. With a market the two prices are what the
/// home expects of it; alone they are the supplier's.
/// </remarks>
public sealed record HomeProblem
{
    /// <summary>Load and appliances that run already, Wh ≥ 0.</summary>
    public required double[] Load { get; init; }

    /// <summary>What the sun gives, Wh ≥ 0; any part of it can be curtailed.</summary>
    public required double[] Sun { get; init; }

    /// <summary>What a bought kWh costs, µEUR/kWh.</summary>
    public required double[] Buy { get; init; }

    /// <summary>What a sold kWh brings, µEUR/kWh.</summary>
    public required double[] Sell { get; init; }

    /// <summary>What the connection carries each way in a period, Wh.</summary>
    public required double Limit { get; init; }

    /// <summary>
    /// By how much the home fears that what it puts off will be dearer to buy, or cheaper to sell, than it expects, µEUR/kWh. Where several periods are
    /// as good, it makes the home take the first: later there may be less than all want.
    /// </summary>
    public double Haste { get; init; }

    public required StoreProblem[] Stores { get; init; }

    public required RunProblem[] Runs { get; init; }

    /// <summary>How long a period is, h; a quarter of an hour unless told.</summary>
    public double Hours { get; init; } = 0.25;

    /// <summary>What is promised to flow through the meter, Wh by period; null where the home is free. Empty where it has promised nothing.</summary>
    public double?[] Promised { get; init; } = [];

    public int Length => Load.Length;

    internal GridPrice GridAt(int t) =>
        t < Promised.Length && Promised[t] is { } net ? GridPrice.Promised(net) : new GridPrice(Sell[t], Buy[t], -Limit, Limit);
}
