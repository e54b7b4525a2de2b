using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>The bid of a storage: what its actuators can do, wanted the more the emptier it is.</summary>
public sealed class StorageBid : EfiBid
{
    private readonly StorageSystemDescription _description;
    private readonly DateTimeOffset _at;
    private readonly ImmutableArray<(ActuatorStatus Status, ImmutableArray<ModeOption> Options, DemandCurve Curve)> _actuators;

    private StorageBid(
        DemandCurve sum, StorageSystemDescription description, DateTimeOffset at,
        ImmutableArray<(ActuatorStatus Status, ImmutableArray<ModeOption> Options, DemandCurve Curve)> actuators)
        : base(sum)
    {
        _description = description;
        _at = at;
        _actuators = actuators;
    }

    /// <summary>The bid; null while no actuator has told in which mode it is.</summary>
    /// <param name="target">Where the fill level should be; below it energy is wanted at any price, above it at none.</param>
    public static StorageBid? Of(
        StorageSystemDescription description, StorageStatus status, StorageFillLevelTargetProfile? target, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        var priority = Priority(description, status.CurrentFillLevel, target, at);
        var actuators = description.Actuators
            .Select(actuator => (Behaviour: actuator, Status: status.Actuators.FirstOrDefault(known => known.ActuatorId == actuator.ActuatorId)))
            .Where(actuator => actuator.Status is not null)
            .Select(actuator =>
            {
                var options = Options(description, actuator.Behaviour, actuator.Status!, status.CurrentFillLevel, at, period);
                return (actuator.Status!, options, PriorityCurve.Of(options.Select(option => DemandOf(option.Watts)), priority, basis));
            })
            .ToImmutableArray();
        return actuators.IsEmpty ? null
            : new StorageBid(actuators.Select(actuator => actuator.Item3).Aggregate((sum, curve) => sum.Plus(curve)), description, at, actuators);
    }

    /// <inheritdoc/>
    public override EfiInstruction? InstructionAt(long price, Identifier instructionId)
    {
        var instructions = new List<ActuatorInstruction>();
        foreach (var (status, options, curve) in _actuators)
        {
            var demand = curve.At(price);
            var chosen = options.Where(option => DemandOf(option.Watts) == demand).OrderBy(option => option.Mode == status.CurrentRunningMode ? 0 : 1).First();
            if (chosen.Mode != status.CurrentRunningMode || (chosen.Factor is not null && chosen.Factor != status.Factor))
            {
                instructions.Add(new ActuatorInstruction(status.ActuatorId, chosen.Mode, _at, chosen.Factor));
            }
        }

        return instructions.Count == 0 ? null
            : new StorageInstruction(_description.Header, instructionId, _description.UpdateId, false, ValueList.From(instructions));
    }

    /// <summary>How much energy is wanted: −1 when full, 1 when empty, over the fill levels for which there are modes.</summary>
    internal static double Priority(StorageSystemDescription description, double fillLevel, StorageFillLevelTargetProfile? target, DateTimeOffset at)
    {
        if (TargetAt(target, at) is { } aim && (fillLevel < aim.Lower || fillLevel > aim.Upper))
        {
            return fillLevel < aim.Lower ? 1 : -1;
        }

        var (lowest, highest) = Range(description);
        return 1 - 2 * (fillLevel - lowest) / (highest - lowest);
    }

    private static (double Lowest, double Highest) Range(StorageSystemDescription description)
    {
        var levels = description.Actuators.SelectMany(actuator => actuator.Modes).SelectMany(mode => mode.Elements).Select(element => element.FillLevels).ToList();
        return (levels.Min(level => level.Lower.Value), levels.Max(level => level.Upper.Value));
    }

    private static TargetElement? TargetAt(StorageFillLevelTargetProfile? target, DateTimeOffset at)
    {
        var end = target?.ValidFrom ?? default;
        return target is null || at < target.ValidFrom ? null : target.Elements.FirstOrDefault(element => at < (end += element.Duration));
    }

    private static ImmutableArray<ModeOption> Options(
        StorageSystemDescription description, ActuatorBehaviour behaviour, ActuatorStatus status, FiniteNumber fillLevel, DateTimeOffset at, TimeSpan period)
    {
        var (lowest, highest) = Range(description);
        var leakage = description.Leakage.FirstOrDefault(element => element.FillLevels.Contains(fillLevel))?.LeakageRate.Value ?? 0;
        var possible = new List<ModeOption>();
        foreach (var (mode, cost) in ModeOption.Reachable(behaviour.Graph, status.CurrentRunningMode, status.Timers, at))
        {
            if (behaviour[mode].At(fillLevel) is not { } element)
            {
                continue;
            }

            foreach (var factor in ModeOption.Factors(element.AtOne is not null))
            {
                var at0 = factor ?? default;
                possible.Add(new ModeOption(
                    mode, factor, element.RatesAt(at0).ElectricalPower ?? 0.0, element.FillingRateAt(at0), element.AtZero.RunningCost ?? 0.0, cost));
            }
        }

        // Outside its range for good measure: an option that would leave it is none, unless nothing else is left. Several actuators share the room.
        var share = period.TotalSeconds * description.Actuators.Count;
        bool Stays(ModeOption option) => option.FillingRate > 0 ? fillLevel + (option.FillingRate - leakage) * share <= highest
            : option.FillingRate >= 0 || fillLevel + (option.FillingRate - leakage) * share >= lowest;
        var safe = possible.Where(Stays).ToImmutableArray();
        if (!safe.IsEmpty)
        {
            return safe;
        }

        // Nothing that it may do is known to be safe, so it stays as it is, and the device looks after itself.
        var active = behaviour[status.CurrentRunningMode];
        var now = active.At(fillLevel) ?? (fillLevel < active.Elements[0].FillLevels.Lower ? active.Elements[0] : active.Elements[^1]);
        var factorNow = status.Factor ?? default;
        return [new ModeOption(status.CurrentRunningMode, active.IsContinuous ? factorNow : null, now.RatesAt(factorNow).ElectricalPower ?? 0.0, now.FillingRateAt(factorNow), 0, 0)];
    }
}
