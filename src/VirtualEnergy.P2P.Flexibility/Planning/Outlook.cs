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
    /// <summary>Whether the sun is certain, so that what charges under it may rely on it where the connection is short.</summary>
    public bool KnowsSun { get; init; }

    /// <summary>What each period means for each of the home's stores, in their order; none lets the stores expect it from what they saw.</summary>
    public ImmutableArray<StoreStage[]> Stages { get; init; } = [];

    /// <summary>See <see cref="HomeProblem.Haste"/>. 0.3 ct unless told, as for prices of past days; for a market's prices, which others change.</summary>
    public double Haste { get; init; } = 3_000;

    /// <summary>Less is feared of the prices at which the plans of all meet: what is put off is in them, and who waits too long finds them dearer. 0.17 ct.</summary>
    public const double HasteOfPlans = 1_700;

    /// <summary>What load and sun may differ by, a period each; none where nothing is known of it.</summary>
    public ImmutableArray<NetBand> Bands { get; init; } = [];

    /// <summary>More than any home has: 10 MW for an hour, Wh.</summary>
    private const double MostEnergy = 1e7;

    /// <summary>1,000 EUR/kWh either way, µEUR/kWh.</summary>
    private const double MostPrice = 1e9;

    /// <summary>Ten days of five minutes.</summary>
    private const int MostPeriods = 2_880;

    private const int MostCourses = 64;

    /// <summary>Whether it can be planned with: courses of equal length, not too long and not too many, numbers that can be, no negative energy.</summary>
    public bool IsSound => Load.Length is > 0 and <= MostPeriods && Sun.Length == Load.Length && Load.All(IsEnergy) && Sun.All(IsEnergy)
        && (Prices.IsDefaultOrEmpty || (Prices.Length <= MostCourses && Prices.All(course => course.Length == Load.Length && course.All(IsPrice))))
        && (Stages.IsDefaultOrEmpty || Stages.All(store => store.Length == Load.Length && store.All(stage => stage.IsSound)))
        && Haste is >= 0 and <= MostPrice && (EndPrice is null || IsPrice(EndPrice.Value));

    /// <summary>What a home plans with that expects nothing but its devices' needs and its supplier's prices.</summary>
    public static Outlook Unknown(int periods) => new(new double[periods], new double[periods], []);

    /// <summary>What a kWh of electricity is worth after the last period, µEUR/kWh; null lets the prices of the last day tell.</summary>
    public double? EndPrice { get; init; }

    private static bool IsEnergy(double wattHours) => wattHours is >= 0 and <= MostEnergy;

    private static bool IsPrice(double price) => Math.Abs(price) <= MostPrice;
}

/// <summary>Looks ahead from the start of a period, with what is known then.</summary>
public delegate Outlook Foresight(Period now);
