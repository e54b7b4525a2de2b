using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>What a home expects of the coming periods, the first of which is the one that is planned for.</summary>
/// <param name="Load">Base load, Wh a period.</param>
/// <param name="Sun">Production before curtailment, Wh a period.</param>
/// <param name="Prices">
/// Courses that the market's price may take, equally likely, µEUR/kWh a period; none for a home that is alone, or knows nothing of a market yet.
/// </param>
public sealed record Outlook(double[] Load, double[] Sun, ImmutableArray<double[]> Prices)
{
    /// <summary>Whether what stores will lose to use is known as well, rather than expected from the day before.</summary>
    public bool KnowsUse { get; init; }

    /// <summary>See <see cref="HomeProblem.Haste"/>. 0.5 ct unless told.</summary>
    public double Haste { get; init; } = 5_000;

    /// <summary>What a kWh of electricity is worth after the last period, µEUR/kWh; null lets the prices of the last day tell.</summary>
    public double? EndPrice { get; init; }
}

/// <summary>Looks ahead from the start of a period, with what is known then.</summary>
public delegate Outlook Foresight(Period now);
