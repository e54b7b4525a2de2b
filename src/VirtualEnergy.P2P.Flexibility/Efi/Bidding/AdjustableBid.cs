using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>The bid of an adjustable device: at each price the reachable mode that costs least, its running and its energy together.</summary>
/// <remarks>
/// A generator with running costs of 0.15 EUR/kWh runs from that price on. The cost of a transition is spread over the period. Costs are read
/// as euros. Where two modes cost the same the lower power is taken, so that the demand never rises with the price.
/// </remarks>
public sealed class AdjustableBid : EfiBid
{
    private const double MicroEurPerEur = 1_000_000;

    private readonly AdjustableSystemDescription _description;
    private readonly AdjustableStatus _status;
    private readonly DateTimeOffset _at;
    private readonly ImmutableArray<ModeOption> _options;

    private AdjustableBid(
        DemandCurve curve, AdjustableSystemDescription description, AdjustableStatus status, DateTimeOffset at, ImmutableArray<ModeOption> options)
        : base(curve)
    {
        _description = description;
        _status = status;
        _at = at;
        _options = options;
    }

    public static AdjustableBid Of(AdjustableSystemDescription description, AdjustableStatus status, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        var options = ModeOption.Reachable(description.Graph, status.CurrentRunningMode, status.Timers, at).SelectMany(mode =>
        {
            var described = description[mode.Mode];
            return ModeOption.Factors(described.IsContinuous).Select(factor =>
            {
                var low = (double)(described.AtZero.RunningCost ?? 0.0);
                var high = described.AtOne?.RunningCost ?? low;
                return new ModeOption(
                    mode.Mode, factor, described.RatesAt(factor ?? default).ElectricalPower ?? 0.0, 0, (factor ?? default).Between(low, high), mode.Cost);
            });
        }).ToImmutableArray();

        var demands = new Demand[basis.PriceSteps];
        for (var step = 0; step < demands.Length; step++)
        {
            var price = basis.PriceOf(step);
            var cheapest = options.MinBy(option => (MicroEurPerHour(option, price, period), option.Watts));

            // Two costs that differ in their last digit only must not make the demand rise.
            demands[step] = step == 0 ? DemandOf(cheapest.Watts) : Demand.Min(demands[step - 1], DemandOf(cheapest.Watts));
        }

        return new AdjustableBid(DemandCurve.Create(basis, demands), description, status, at, options);
    }

    /// <inheritdoc/>
    public override EfiInstruction? InstructionAt(long price, Identifier instructionId)
    {
        var demand = Curve.At(price);
        var chosen = _options.Where(option => DemandOf(option.Watts) == demand).OrderBy(option => option.Mode == _status.CurrentRunningMode ? 0 : 1)
            .ThenBy(option => option.CostPerSecond).First();
        return chosen.Mode == _status.CurrentRunningMode && (chosen.Factor is null || chosen.Factor == _status.Factor) ? null
            : new AdjustableInstruction(_description.Header, instructionId, _description.UpdateId, false, chosen.Mode, _at, chosen.Factor);
    }

    private static double MicroEurPerHour(ModeOption option, long price, TimeSpan period) =>
        option.Watts / 1000 * price + (option.CostPerSecond * 3600 + option.CostOfPassage / period.TotalHours) * MicroEurPerEur;
}
