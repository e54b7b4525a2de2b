using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>S2's fill-rate-based control and EFI's storage.</summary>
/// <remarks>
/// Left out towards EFI: modes and transitions for abnormal conditions, and the storage's own range. Left out towards S2: nothing; the storage's
/// range is what the modes cover together.
/// </remarks>
public static class StorageMapping
{
    public static ImmutableArray<ModeNames> NamesOf(FrbcSystemDescription description) => [.. description.Actuators.Select((actuator, i) => ModeNames.Numbered(
        i, actuator.Id, actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).Select(mode => mode.Id), actuator.Timers))];

    public static ImmutableArray<ModeNames> NamesOf(StorageSystemDescription description) =>
        [.. description.Actuators.Select(actuator => ModeNames.Named(actuator.ActuatorId, actuator.Graph))];

    /// <exception cref="ArgumentException">EFI cannot say what it told.</exception>
    public static StorageSystemDescription ToEfi(FrbcSystemDescription description, FrbcLeakageBehaviour? leakage, EfiHeader header) => new(
        header,
        description.MessageId,
        description.ValidFrom,
        ValueList.From(description.Actuators.Zip(NamesOf(description), (actuator, names) => new ActuatorBehaviour(
            names.Number,
            ValueList.From(actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).Select(mode => ToEfi(mode, names))),
            names.ToEfi(actuator.Timers),
            names.ToEfi(actuator.Transitions)))),
        ValueList.From((leakage?.Elements ?? default).OrderBy(element => element.FillLevelRange.StartOfRange)
            .Select(element => new LeakageElement(ToEfi(element.FillLevelRange), element.LeakageRate))));

    public static FrbcSystemDescription ToS2(
        StorageRegistration registration, StorageSystemDescription description, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1)
    {
        var levels = description.Actuators.SelectMany(actuator => actuator.Modes).SelectMany(mode => mode.Elements).Select(element => element.FillLevels).ToList();
        return new FrbcSystemDescription(
            messageId,
            description.ValidFrom,
            ValueList.From(description.Actuators.Zip(NamesOf(description), (actuator, names) => new FrbcActuatorDescription(
                names.Id,
                ValueList.From(registration.Actuators.First(known => known.Id == names.Number).SupportedCommodities.Select(CommodityMapping.ToS2)),
                ValueList.From(actuator.Modes.Select(mode => ToS2(mode, names, electric))),
                names.ToS2(actuator.Graph.Transitions),
                names.ToS2(actuator.Graph.Timers),
                registration.Actuators.First(known => known.Id == names.Number).Label))),
            new FrbcStorageDescription(
                description.Leakage.Count > 0, true, true, new NumberRange(levels.Min(level => level.Lower), levels.Max(level => level.Upper)),
                registration.FillLevelLabel, registration.FillLevelUnit));
    }

    /// <summary>What leaks; null where nothing does.</summary>
    public static FrbcLeakageBehaviour? LeakageToS2(StorageSystemDescription description, Identifier messageId) => description.Leakage.Count == 0 ? null : new(
        messageId,
        description.ValidFrom,
        ValueList.From(description.Leakage.Select(element => new FrbcLeakageBehaviourElement(ToS2(element.FillLevels), element.LeakageRate))));

    /// <summary>What is known of the storage's state; null before its fill level was told.</summary>
    public static StorageStatus? ToEfi(S2Resource resource, ImmutableArray<ModeNames> names, Identifier updateId, EfiHeader header) =>
        resource.StorageStatus is not { } status ? null : new StorageStatus(
            header,
            updateId,
            header.Timestamp,
            status.PresentFillLevel,
            ValueList.From(names
                .Select(actuator => (Names: actuator, State: resource.StateOf(actuator.Id)))
                .Where(actuator => actuator.State.Mode is { } mode && actuator.Names.Modes.Any(known => known.Id == mode))
                .Select(actuator => new ActuatorStatus(
                    actuator.Names.Number,
                    actuator.Names.ModeOf(actuator.State.Mode!.Value),
                    new RunningModeFactor(actuator.State.Factor),
                    Timers: actuator.Names.ToEfi(actuator.State.FinishedAt)))));

    public static StorageFillLevelTargetProfile ToEfi(FrbcFillLevelTargetProfile target, EfiHeader header) => new(
        header,
        target.MessageId,
        target.StartTime,
        ValueList.From(target.Elements.Select(element =>
            new TargetElement(element.Duration.ToTimeSpan(), element.FillLevelRange.StartOfRange, element.FillLevelRange.EndOfRange))));

    public static FrbcFillLevelTargetProfile ToS2(StorageFillLevelTargetProfile target, Identifier messageId) => new(
        messageId,
        target.ValidFrom,
        ValueList.From(target.Elements.Select(element => new FrbcFillLevelTargetProfileElement(S2Duration.From(element.Duration), new NumberRange(element.Lower, element.Upper)))));

    public static StorageUsageForecast ToEfi(FrbcUsageForecast forecast, EfiHeader header) => new(
        header,
        forecast.MessageId,
        forecast.StartTime,
        new Profile(Bands.Alike(ValueList.From(forecast.Elements.Select(element => new ProfileElement(
            element.Duration.ToTimeSpan(),
            Bands.ToEfi(element.UsageRateExpected, element.UsageRateLower95, element.UsageRateLower68, element.UsageRateUpper68, element.UsageRateUpper95)))))));

    public static FrbcUsageForecast ToS2(StorageUsageForecast forecast, Identifier messageId) => new(
        messageId,
        forecast.ValidFrom,
        ValueList.From(forecast.Usage.Elements.Select(element => element.Value is { HasBands: true } value
            ? new FrbcUsageForecastElement(
                S2Duration.From(element.Duration), value.Expected, UsageRateUpper95: value.Upper95, UsageRateUpper68: value.Upper68, UsageRateLower68: value.Lower68, UsageRateLower95: value.Lower95)
            : new FrbcUsageForecastElement(S2Duration.From(element.Duration), element.Value.Expected))));

    /// <summary>An allocation to a device that speaks S2: one instruction for each actuator.</summary>
    /// <param name="nextId">Gives ids for messages and instructions.</param>
    public static ImmutableArray<FrbcInstruction> ToS2(StorageInstruction instruction, ImmutableArray<ModeNames> names, Func<Identifier> nextId) =>
        [.. instruction.Actuators.Select(actuator =>
        {
            var known = names.First(name => name.Number == actuator.ActuatorId);
            return new FrbcInstruction(
                nextId(), nextId(), actuator.StartTime, instruction.IsEmergency, known.Id, known.ModeOf(actuator.RunningModeId), actuator.Factor?.Value ?? 0);
        })];

    /// <summary>An instruction of another manager to a device of ours.</summary>
    /// <exception cref="ArgumentException">There is no such actuator or mode.</exception>
    public static StorageInstruction ToEfi(FrbcInstruction instruction, StorageSystemDescription description, EfiHeader header)
    {
        var names = NamesOf(description).FirstOrDefault(name => name.Id == instruction.ActuatorId) ?? throw new ArgumentException($"There is no actuator {instruction.ActuatorId}.", nameof(instruction));
        var mode = names.ModeOf(instruction.OperationMode);
        var isContinuous = description.Actuators.First(actuator => actuator.ActuatorId == names.Number)[mode].IsContinuous;
        return new StorageInstruction(header, instruction.Id, description.UpdateId, instruction.AbnormalCondition, [new ActuatorInstruction(
            names.Number, mode, instruction.ExecutionTime, isContinuous ? new RunningModeFactor(instruction.OperationModeFactor) : null)]);
    }

    private static StorageRunningMode ToEfi(FrbcOperationMode mode, ModeNames names)
    {
        var isContinuous = mode.Elements.Any(element =>
            element.FillRate.StartOfRange != element.FillRate.EndOfRange || element.PowerRanges.Any(range => range.StartOfRange != range.EndOfRange));
        StorageModeData Data(FrbcOperationModeElement element, bool atOne) => new(
            atOne ? element.FillRate.EndOfRange : element.FillRate.StartOfRange, Quantities.ToEfi(element.PowerRanges, atOne), Quantities.ToEfi(element.RunningCosts));
        return new StorageRunningMode(
            names.ModeOf(mode.Id),
            mode.DiagnosticLabel ?? mode.Id.ToString(),
            ValueList.From(mode.Elements.OrderBy(element => element.FillLevelRange.StartOfRange).Select(element =>
                new StorageModeElement(ToEfi(element.FillLevelRange), Data(element, false), isContinuous ? Data(element, true) : null))));
    }

    private static FrbcOperationMode ToS2(StorageRunningMode mode, ModeNames names, CommodityQuantity electric) => new(
        names.ModeOf(mode.Id),
        ValueList.From(mode.Elements.Select(element => new FrbcOperationModeElement(
            ToS2(element.FillLevels),
            new NumberRange(element.AtZero.FillingRate, (element.AtOne ?? element.AtZero).FillingRate),
            Quantities.ToS2(element.AtZero.Rates, element.AtOne?.Rates, electric),
            Quantities.ToS2(element.AtZero.RunningCost, element.AtOne?.RunningCost)))),
        false,
        mode.Label);

    private static FillLevelRange ToEfi(NumberRange range) => new(range.StartOfRange, range.EndOfRange);

    private static NumberRange ToS2(FillLevelRange range) => new(range.Lower, range.Upper);
}
