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

    /// <summary>See <see cref="HomeProblem.Haste"/>. 0.3 ct unless told; for a market's prices, which others change.</summary>
    public double Haste { get; init; } = 3_000;

    /// <summary>Whether it can be planned with: courses of equal length, at least a period, finite numbers, no negative energy.</summary>
    public bool IsSound => Load.Length > 0 && Sun.Length == Load.Length && Load.All(IsEnergy) && Sun.All(IsEnergy)
        && (Prices.IsDefaultOrEmpty || Prices.All(course => course.Length == Load.Length && course.All(double.IsFinite)))
        && double.IsFinite(Haste) && Haste >= 0 && (EndPrice is null || double.IsFinite(EndPrice.Value));

    /// <summary>What a home plans with that expects nothing but its devices' needs and its supplier's prices.</summary>
    public static Outlook Unknown(int periods) => new(new double[periods], new double[periods], []);

    /// <summary>What a kWh of electricity is worth after the last period, µEUR/kWh; null lets the prices of the last day tell.</summary>
    public double? EndPrice { get; init; }

    private static bool IsEnergy(double wattHours) => double.IsFinite(wattHours) && wattHours >= 0;
}

/// <summary>Looks ahead from the start of a period, with what is known then.</summary>
public delegate Outlook Foresight(Period now);
