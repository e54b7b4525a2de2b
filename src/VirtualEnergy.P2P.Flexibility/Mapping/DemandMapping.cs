using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>S2's demand-driven control: each actuator is an adjustable device, and together they must meet the demand.</summary>
/// <remarks>EFI has no such category, so this goes one way, and <see cref="Meets"/> keeps what EFI cannot say.</remarks>
public static class DemandMapping
{
    public static ImmutableArray<ModeNames> NamesOf(DdbcSystemDescription description) => [.. description.Actuators.Select((actuator, i) => ModeNames.Numbered(
        i, actuator.Id, actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).Select(mode => mode.Id), actuator.Timers))];

    /// <summary>An adjustable device for each actuator, in order.</summary>
    /// <exception cref="ArgumentException">EFI cannot say what it told.</exception>
    public static ImmutableArray<AdjustableSystemDescription> ToEfi(DdbcSystemDescription description, EfiHeader header) =>
        [.. description.Actuators.Zip(NamesOf(description), (actuator, names) => new AdjustableSystemDescription(
            header,
            description.MessageId,
            description.ValidFrom,
            ValueList.From(actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).Select(mode =>
                AdjustableMapping.ToEfi(names.ModeOf(mode.Id), mode.DiagnosticLabel ?? mode.Id.ToString(), mode.PowerRanges, mode.RunningCosts))),
            names.ToEfi(actuator.Timers),
            names.ToEfi(actuator.Transitions)))];

    public static DdbcInstruction ToS2(AdjustableInstruction instruction, ModeNames names, Identifier messageId) => new(
        messageId, instruction.InstructionId, instruction.StartTime, instruction.IsEmergency, names.Id, names.ModeOf(instruction.RunningModeId), instruction.Factor?.Value ?? 0);

    /// <summary>True when the actuators together supply what is demanded, in these modes and at these factors.</summary>
    /// <param name="chosen">A mode and a factor for each actuator, in order.</param>
    public static bool Meets(DdbcSystemDescription description, IEnumerable<(Identifier Mode, RunningModeFactor Factor)> chosen)
    {
        var supply = description.Actuators.Zip(chosen, (actuator, choice) =>
        {
            var range = actuator.OperationModes.First(mode => mode.Id == choice.Mode).SupplyRange;
            return (double)choice.Factor.Between(range.StartOfRange, range.EndOfRange);
        }).Sum();
        return description.PresentDemandRate.StartOfRange <= supply && supply <= description.PresentDemandRate.EndOfRange;
    }
}
