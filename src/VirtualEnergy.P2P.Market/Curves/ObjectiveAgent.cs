using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// Makes a cluster as a whole follow an aim: its curve is added to the agents' before the price is found at zero, so that the
/// agents come to whatever the objective's curve takes away.
/// </summary>
/// <remarks>
/// A set-point S is the flat curve −S: the agents then meet S (a virtual power plant that follows its instructions). Source:
/// PowerMatcher 2.1, <c>ObjectiveAuctioneer</c>.
/// </remarks>
public sealed class ObjectiveAgent
{
    private readonly Func<Period, DemandCurve> _curveIn;

    private ObjectiveAgent(Func<Period, DemandCurve> curveIn) => _curveIn = curveIn;

    private ObjectiveAgent(ImmutableDictionary<Period, DemandCurve> schedule, DemandCurve otherwise)
        : this(period => schedule.GetValueOrDefault(period, otherwise))
    {
    }

    /// <summary>The cluster takes this much, always: + draws, − feeds in.</summary>
    public static ObjectiveAgent SetPoint(MarketBasis basis, Demand setPoint) =>
        new(ImmutableDictionary<Period, DemandCurve>.Empty, DemandCurve.Flat(basis, -setPoint));

    /// <summary>The cluster takes this much in each period named, and balances itself in all others.</summary>
    public static ObjectiveAgent SetPoints(MarketBasis basis, IEnumerable<KeyValuePair<Period, Demand>> setPoints) =>
        new(setPoints.ToImmutableDictionary(entry => entry.Key, entry => DemandCurve.Flat(basis, -entry.Value)), DemandCurve.Flat(basis, Demand.Zero));

    /// <summary>The cluster takes in each period what the schedule says of it.</summary>
    public static ObjectiveAgent Following(MarketBasis basis, Func<Period, Demand> setPointIn) =>
        new(period => DemandCurve.Flat(basis, -setPointIn(period)));

    /// <summary>An aim that depends on the price: in each period named its curve, else the other one.</summary>
    /// <exception cref="ArgumentException">The curves are on different bases.</exception>
    public static ObjectiveAgent Curves(IEnumerable<KeyValuePair<Period, DemandCurve>> schedule, DemandCurve otherwise)
    {
        var curves = schedule.ToImmutableDictionary();
        return curves.Values.All(curve => curve.Basis == otherwise.Basis)
            ? new ObjectiveAgent(curves, otherwise)
            : throw new ArgumentException(CurveFault.OtherBasis.Code(), nameof(schedule));
    }

    /// <summary>The objective's own curve: what the agents meet is its negative.</summary>
    public DemandCurve CurveIn(Period period) => _curveIn(period);

    /// <summary>The cluster's price under the objective.</summary>
    public Equilibrium Equilibrium(DemandCurve aggregate, Period period) => Market.Curves.Equilibrium.Of(aggregate.Plus(CurveIn(period)), Demand.Zero);
}
