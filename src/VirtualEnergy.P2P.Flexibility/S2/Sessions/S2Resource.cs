using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>An instruction and how far it has come.</summary>
public sealed record InstructionRecord(S2Instruction Instruction, InstructionStatus Status);

/// <summary>
/// What both sides of a session know of a device from the messages that went over it: descriptions, statuses, instructions. Immutable; a
/// message that does not fit leaves it as it was.
/// </summary>
/// <remarks>
/// The energy manager holds what it receives against it, and the resource manager what it is told; each also holds its own messages against it
/// before they leave. Selecting another control type forgets all that belonged to the one before.
/// </remarks>
public sealed partial record S2Resource
{
    /// <summary>As many instructions are remembered; the oldest that are over are forgotten first.</summary>
    public const int MostInstructions = 200;

    /// <summary>As many constraints or jobs are remembered at once.</summary>
    public const int MostObjects = 100;

    private S2Resource()
    {
    }

    /// <summary>Nothing is known yet.</summary>
    public static S2Resource Unknown { get; } = new();

    public ResourceManagerDetails? Details { get; private init; }

    public ControlType Selected { get; private init; } = ControlType.NoSelection;

    public PowerMeasurement? Measurement { get; private init; }

    /// <summary>Electricity by the last measurement, all phases together, W; + consumption, − production. Null where it does not say.</summary>
    public double? ElectricWatts => Measurement?.Values.Where(value => Mapping.Quantities.IsElectric(value.CommodityQuantity)).Select(value => (double?)(double)value.Value)
        .DefaultIfEmpty(null).Aggregate((sum, watts) => sum + watts);

    public PowerForecast? Forecast { get; private init; }

    public ImmutableDictionary<Identifier, PebcPowerConstraints> PowerConstraints { get; private init; } = ImmutableDictionary<Identifier, PebcPowerConstraints>.Empty;

    public ImmutableDictionary<Identifier, PebcEnergyConstraint> EnergyConstraints { get; private init; } = ImmutableDictionary<Identifier, PebcEnergyConstraint>.Empty;

    public ImmutableDictionary<Identifier, PpbcPowerProfileDefinition> Jobs { get; private init; } = ImmutableDictionary<Identifier, PpbcPowerProfileDefinition>.Empty;

    public PpbcPowerProfileStatus? JobStatus { get; private init; }

    public Timeline<OmbcSystemDescription> Modes { get; private init; }

    public Timeline<FrbcSystemDescription> Storage { get; private init; }

    public Timeline<DdbcSystemDescription> Demand { get; private init; }

    /// <summary>State of each actuator; under OMBC the device has one, <see cref="Identifier.Unknown"/>.</summary>
    public ImmutableDictionary<Identifier, ActuatorState> Actuators { get; private init; } = ImmutableDictionary<Identifier, ActuatorState>.Empty;

    public FrbcStorageStatus? StorageStatus { get; private init; }

    public Timeline<FrbcLeakageBehaviour> Leakage { get; private init; }

    public FrbcUsageForecast? Usage { get; private init; }

    public FrbcFillLevelTargetProfile? Target { get; private init; }

    public DdbcAverageDemandRateForecast? DemandForecast { get; private init; }

    public ImmutableDictionary<Identifier, InstructionRecord> Instructions { get; private init; } = ImmutableDictionary<Identifier, InstructionRecord>.Empty;

    private ImmutableQueue<Identifier> InOrder { get; init; } = [];

    public ActuatorState StateOf(Identifier actuator) => Actuators.GetValueOrDefault(actuator, ActuatorState.Unknown);

    /// <summary>What is known after a message.</summary>
    /// <param name="now">For what holds from a moment on.</param>
    /// <param name="problem">Why it does not fit; null when it was taken.</param>
    public S2Resource After(S2Message message, DateTimeOffset now, out string? problem)
    {
        var (after, found) = message switch
        {
            ResourceManagerDetails details => (this with { Details = details }, null),
            _ when Details is null => (this, "no resource manager details yet"),
            SelectControlType select => Selecting(select.ControlType),
            PowerMeasurement measurement => (this with { Measurement = measurement }, null),
            PowerForecast forecast => (this with { Forecast = forecast }, null),
            InstructionStatusUpdate update => Progressing(update),
            RevokeObject revoke => Revoking(revoke),
            S2Instruction instruction => Instructing(instruction, now),
            _ when NeededFor(message) is { } needed && needed != Selected => (this, $"the control type is {Selected}, not {needed}"),
            _ => Describing(message, now),
        };
        problem = found;
        return problem is null ? after : this;
    }

    private (S2Resource After, string? Problem) Selecting(ControlType type) =>
        type == ControlType.NoSelection || Details!.AvailableControlTypes.Contains(type)
            ? (new S2Resource { Details = Details, Selected = type, Measurement = Measurement, Forecast = Forecast }, null)
            : (this, $"control_type: {type} is not one that was offered");

    private static ControlType? NeededFor(S2Message message) => message.GetType().Name[..4] switch
    {
        "Pebc" => ControlType.PowerEnvelopeBasedControl,
        "Ppbc" => ControlType.PowerProfileBasedControl,
        "Ombc" => ControlType.OperationModeBasedControl,
        "Frbc" => ControlType.FillRateBasedControl,
        "Ddbc" => ControlType.DemandDrivenBasedControl,
        _ => null,
    };

    private (S2Resource After, string? Problem) Progressing(InstructionStatusUpdate update)
    {
        if (!Instructions.TryGetValue(update.InstructionId, out var record))
        {
            return (this, $"instruction_id: there is no instruction {update.InstructionId}");
        }

        // A device may confirm that it is where it was.
        return record.Status != update.StatusType && !record.Status.MayBecome(update.StatusType)
            ? (this, $"instruction {update.InstructionId} is {record.Status} and cannot become {update.StatusType}")
            : (this with { Instructions = Instructions.SetItem(update.InstructionId, record with { Status = update.StatusType }) }, null);
    }

    private (S2Resource After, string? Problem) Revoking(RevokeObject revoke)
    {
        var id = revoke.ObjectId;
        var none = (this, $"object_id: there is no {revoke.ObjectType} {id}");
        return revoke.ObjectType switch
        {
            RevokableObject.PebcPowerConstraints => PowerConstraints.ContainsKey(id) ? (this with { PowerConstraints = PowerConstraints.Remove(id) }, null) : none,
            RevokableObject.PebcEnergyConstraint => EnergyConstraints.ContainsKey(id) ? (this with { EnergyConstraints = EnergyConstraints.Remove(id) }, null) : none,
            RevokableObject.PpbcPowerProfileDefinition => Jobs.ContainsKey(id) ? (this with { Jobs = Jobs.Remove(id) }, null) : none,
            RevokableObject.OmbcSystemDescription => Modes.Current?.Value.MessageId == id || Modes.Next?.Value.MessageId == id ? (this with { Modes = default, Actuators = Actuators.Clear() }, null) : none,
            RevokableObject.FrbcSystemDescription => Storage.Current?.Value.MessageId == id || Storage.Next?.Value.MessageId == id ? (this with { Storage = default, Actuators = Actuators.Clear() }, null) : none,
            RevokableObject.DdbcSystemDescription => Demand.Current?.Value.MessageId == id || Demand.Next?.Value.MessageId == id ? (this with { Demand = default, Actuators = Actuators.Clear() }, null) : none,
            _ => !Instructions.TryGetValue(id, out var record) || KindOf(record.Instruction) != revoke.ObjectType ? none
                : !record.Status.MayBecome(InstructionStatus.Revoked) ? (this, $"instruction {id} is {record.Status} and cannot be revoked")
                : (this with { Instructions = Instructions.SetItem(id, record with { Status = InstructionStatus.Revoked }) }, null),
        };
    }

    private static RevokableObject KindOf(S2Instruction instruction) => instruction switch
    {
        PebcInstruction => RevokableObject.PebcInstruction,
        PpbcScheduleInstruction => RevokableObject.PpbcScheduleInstruction,
        PpbcStartInterruptionInstruction => RevokableObject.PpbcStartInterruptionInstruction,
        PpbcEndInterruptionInstruction => RevokableObject.PpbcEndInterruptionInstruction,
        OmbcInstruction => RevokableObject.OmbcInstruction,
        FrbcInstruction => RevokableObject.FrbcInstruction,
        _ => RevokableObject.DdbcInstruction,
    };
}
