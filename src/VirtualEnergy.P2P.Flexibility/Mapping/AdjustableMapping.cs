using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>S2's operation-mode-based control and EFI's adjustable.</summary>
/// <remarks>Left out towards EFI: modes and transitions for abnormal conditions. Left out towards S2: nothing.</remarks>
public static class AdjustableMapping
{
    public static ModeNames NamesOf(OmbcSystemDescription description) => ModeNames.Numbered(
        0, Identifier.Unknown, description.OperationModes.Where(mode => !mode.AbnormalConditionOnly).Select(mode => mode.Id), description.Timers);

    public static ModeNames NamesOf(AdjustableSystemDescription description) => ModeNames.Named(0, description.Graph);

    /// <exception cref="ArgumentException">EFI cannot say what it told.</exception>
    public static AdjustableSystemDescription ToEfi(OmbcSystemDescription description, EfiHeader header)
    {
        var names = NamesOf(description);
        return new AdjustableSystemDescription(
            header,
            description.MessageId,
            description.ValidFrom,
            ValueList.From(description.OperationModes.Where(mode => !mode.AbnormalConditionOnly)
                .Select(mode => ToEfi(names.ModeOf(mode.Id), mode.DiagnosticLabel ?? mode.Id.ToString(), mode.PowerRanges, mode.RunningCosts))),
            names.ToEfi(description.Timers),
            names.ToEfi(description.Transitions));
    }

    public static OmbcSystemDescription ToS2(AdjustableSystemDescription description, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1)
    {
        var names = NamesOf(description);
        return new OmbcSystemDescription(
            messageId,
            description.ValidFrom,
            ValueList.From(description.Modes.Select(mode => new OmbcOperationMode(
                names.ModeOf(mode.Id),
                Quantities.ToS2(mode.AtZero.Rates, mode.AtOne?.Rates, electric),
                false,
                Quantities.ToS2(mode.AtZero.RunningCost, mode.AtOne?.RunningCost),
                mode.Label))),
            names.ToS2(description.Graph.Transitions),
            names.ToS2(description.Graph.Timers));
    }

    /// <summary>What is known of the device's state; null before its mode was told, or while it is in one that EFI does not know.</summary>
    public static AdjustableStatus? ToEfi(S2Resource resource, ModeNames names, Identifier updateId, EfiHeader header) =>
        resource.StateOf(names.Id) is { Mode: { } mode } state && names.Modes.Any(known => known.Id == mode)
            ? new AdjustableStatus(header, updateId, header.Timestamp, names.ModeOf(mode), names.ToEfi(state.FinishedAt), new RunningModeFactor(state.Factor))
            : null;

    /// <summary>The messages that tell another manager how a device of ours is.</summary>
    public static ImmutableArray<S2Request> ToS2(AdjustableStatus status, ModeNames names, Func<Identifier> nextId) =>
    [
        new OmbcStatus(
            nextId(),
            names.ModeOf(status.CurrentRunningMode),
            status.Factor?.Value ?? 0,
            status.PreviousRunningMode is { } before ? names.ModeOf(before) : null,
            status.TransitionTimestamp),
        .. status.Timers.Select(timer => new OmbcTimerStatus(nextId(), names.TimerOf(timer.TimerId), timer.FinishedAt)),
    ];

    public static OmbcInstruction ToS2(AdjustableInstruction instruction, ModeNames names, Identifier messageId) => new(
        messageId, instruction.InstructionId, instruction.StartTime, instruction.IsEmergency, names.ModeOf(instruction.RunningModeId), instruction.Factor?.Value ?? 0);

    /// <exception cref="ArgumentException">There is no such mode.</exception>
    public static AdjustableInstruction ToEfi(OmbcInstruction instruction, AdjustableSystemDescription description, EfiHeader header)
    {
        var mode = NamesOf(description).ModeOf(instruction.OperationModeId);
        return new AdjustableInstruction(
            header, instruction.Id, description.UpdateId, instruction.AbnormalCondition, mode, instruction.ExecutionTime,
            description[mode].IsContinuous ? new RunningModeFactor(instruction.OperationModeFactor) : null);
    }

    internal static AdjustableRunningMode ToEfi(int number, string label, ValueList<PowerRange> powers, NumberRange? costs) => new(
        number,
        label,
        new AdjustableModeData(Quantities.ToEfi(powers, atOne: false), Quantities.ToEfi(costs)),
        powers.Any(range => range.StartOfRange != range.EndOfRange) ? new AdjustableModeData(Quantities.ToEfi(powers, atOne: true), Quantities.ToEfi(costs)) : null);
}
