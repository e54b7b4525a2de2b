using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi.Bidding;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// The bid of a device under demand-driven control: at each price the modes and factors of its actuators that meet the present demand at the least
/// cost, energy, running and changing of modes together. A hybrid heat pump burns gas where electricity is dear.
/// </summary>
/// <remarks>
/// Within chosen modes supply and power are linear in the factors, so the cheapest supplies come first. Where the demand cannot be met, as much of it
/// is met as can be. Costs are read as euros.
/// </remarks>
public sealed class DemandBid
{
    /// <summary>More combinations of modes than this are not looked through.</summary>
    private const int MostCombinations = 1_000;
    private const double MicroEurPerEur = 1_000_000;

    /// <summary>What a unit of demand that is not met costs, µEUR an hour: more than any way to meet it.</summary>
    private const double Unmet = 1e15;

    private readonly DateTimeOffset _at;
    private readonly S2Resource _resource;
    private readonly ImmutableArray<ImmutableArray<Choice>> _choices;

    private DemandBid(S2Resource resource, DateTimeOffset at, DemandCurve curve, ImmutableArray<ImmutableArray<Choice>> choices) =>
        (_resource, _at, Curve, _choices) = (resource, at, curve, choices);

    /// <summary>W at each price step; + consumption, − production.</summary>
    public DemandCurve Curve { get; }

    /// <summary>The bid; null while an actuator has not told its mode, or where there is too much to choose from.</summary>
    /// <param name="at">When the period begins, and instructions start.</param>
    /// <param name="basis">Prices in µEUR/kWh.</param>
    public static DemandBid? Of(S2Resource resource, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        if (resource.Selected != ControlType.DemandDrivenBasedControl || resource.Demand.At(at) is not { } description)
        {
            return null;
        }

        var ways = description.Actuators.Select(actuator => Reachable(actuator, resource.StateOf(actuator.Id), at, period)).ToImmutableArray();
        if (ways.Any(modes => modes.IsEmpty) || ways.Aggregate(1.0, (product, modes) => product * modes.Length) > MostCombinations)
        {
            return null;
        }

        var combinations = Combinations(ways).ToImmutableArray();
        var (choices, demands) = (ImmutableArray.CreateBuilder<ImmutableArray<Choice>>(basis.PriceSteps), new Demand[basis.PriceSteps]);
        for (var step = 0; step < demands.Length; step++)
        {
            var best = combinations.Select(modes => Cheapest(modes, description.PresentDemandRate, basis.PriceOf(step))).MinBy(way => (way.Cost, way.Choices.Sum(choice => choice.Watts)));
            var watts = DemandOf(best.Choices.Sum(choice => choice.Watts));

            // Two costs that differ in their last digit only must not make the demand rise.
            var isBefore = step > 0 && demands[step - 1] < watts;
            demands[step] = isBefore ? demands[step - 1] : watts;
            choices.Add(isBefore ? choices[step - 1] : best.Choices);
        }

        return new DemandBid(resource, at, DemandCurve.Create(basis, demands), choices.MoveToImmutable());
    }

    /// <summary>What the actuators are told at a price; nothing for one that shall go on as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is outside the basis.</exception>
    public IEnumerable<DdbcInstruction> InstructionsAt(long price, Func<Identifier> nextId) =>
        _choices[Curve.Basis.IndexOf(price)].Where(choice => _resource.StateOf(choice.Mode.Actuator) is var state && (state.Mode != choice.Mode.Id || Math.Abs(state.Factor - choice.Factor) > 1e-9))
            .Select(choice => new DdbcInstruction(nextId(), nextId(), _at, false, choice.Mode.Actuator, choice.Mode.Id, choice.Factor));

    private static ImmutableArray<Mode> Reachable(DdbcActuatorDescription actuator, ActuatorState state, DateTimeOffset at, TimeSpan period)
    {
        var graph = ModeGraph.Of(actuator);
        return [.. actuator.OperationModes.Where(mode => graph.ProblemWith(state, mode.Id, at, abnormal: false) is null).Select(mode =>
        {
            double Power(bool atOne) => mode.PowerRanges.Where(range => Quantities.IsElectric(range.CommodityQuantity)).Sum(range => (double)(atOne ? range.EndOfRange : range.StartOfRange));
            var passage = state.Mode == mode.Id ? 0 : actuator.Transitions.First(way => way.From == state.Mode && way.To == mode.Id).TransitionCosts ?? 0.0;
            var running = Quantities.ToEfi(mode.RunningCosts) ?? 0.0;
            return new Mode(
                actuator.Id, mode.Id, mode.SupplyRange.StartOfRange, mode.SupplyRange.EndOfRange, Power(false), Power(true),
                (running * 3600 + passage / period.TotalHours) * MicroEurPerEur);
        })];
    }

    private static IEnumerable<ImmutableArray<Mode>> Combinations(ImmutableArray<ImmutableArray<Mode>> ways) => ways.Aggregate(
        (IEnumerable<ImmutableArray<Mode>>)[[]], (all, modes) => all.SelectMany(chosen => modes.Select(mode => chosen.Add(mode))));

    // All at the end that supplies less; then up, the cheapest supply first, to the least that is demanded, and on to the most while supplying pays.
    private static (double Cost, ImmutableArray<Choice> Choices) Cheapest(ImmutableArray<Mode> modes, NumberRange demand, long price)
    {
        var factors = modes.Select(mode => mode.Least(price)).ToArray();
        var supplied = modes.Zip(factors, (mode, factor) => mode.SupplyAt(factor)).Sum();
        foreach (var (i, mode) in modes.Index().Where(one => one.Item.Span > 0).OrderBy(one => one.Item.CostOfSupply(price)))
        {
            var wanted = (mode.CostOfSupply(price) < 0 ? demand.EndOfRange : demand.StartOfRange) - supplied;
            if (wanted > 0)
            {
                var share = Math.Min(1, wanted / mode.Span);
                factors[i] = mode.AtOne > mode.AtZero ? share : 1 - share;
                supplied += share * mode.Span;
            }
        }

        var missed = Math.Max(0, Math.Max(demand.StartOfRange - supplied, supplied - demand.EndOfRange));
        ImmutableArray<Choice> choices = [.. modes.Zip(factors, (mode, factor) => new Choice(mode, factor))];
        return (missed * Unmet + choices.Sum(choice => choice.Watts / 1000 * price + choice.Mode.MicroEurPerHour), choices);
    }

    private static Demand DemandOf(double watts) => EfiBid.DemandOf(Math.Clamp(watts, -EfiBid.MostWattsOfHome, EfiBid.MostWattsOfHome));

    private sealed record Mode(Identifier Actuator, Identifier Id, double AtZero, double AtOne, double WattsAtZero, double WattsAtOne, double MicroEurPerHour)
    {
        /// <summary>Supply between its ends.</summary>
        public double Span => Math.Abs(AtOne - AtZero);

        public double SupplyAt(double factor) => AtZero + (AtOne - AtZero) * factor;

        public double WattsAt(double factor) => WattsAtZero + (WattsAtOne - WattsAtZero) * factor;

        /// <summary>What a unit of supply more costs.</summary>
        public double CostOfSupply(long price) => (WattsAtOne - WattsAtZero) * price / (AtOne - AtZero);

        /// <summary>The factor that supplies least; where both ends supply the same, the cheaper one.</summary>
        public double Least(long price) => AtOne == AtZero ? WattsAtOne * price < WattsAtZero * price ? 1 : 0 : AtOne > AtZero ? 0 : 1;
    }

    private readonly record struct Choice(Mode Mode, double Factor)
    {
        public double Watts => Mode.WattsAt(Factor);
    }
}
