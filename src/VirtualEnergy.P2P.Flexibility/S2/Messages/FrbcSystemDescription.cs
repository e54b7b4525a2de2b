namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A storage and what fills it.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcSystemDescription(
    Identifier MessageId, DateTimeOffset ValidFrom, ValueList<FrbcActuatorDescription> Actuators, FrbcStorageDescription Storage)
    : S2Request(MessageId)
{
    public ValueList<FrbcActuatorDescription> Actuators { get; } = Actuators.Counting(1, 10, nameof(Actuators));
}

/// <summary>The storage: what its fill level is called and where it should stay.</summary>
public sealed record FrbcStorageDescription(
    bool ProvidesLeakageBehaviour, bool ProvidesFillLevelTargetProfile, bool ProvidesUsageForecast, NumberRange FillLevelRange,
    string? DiagnosticLabel = null, string? FillLevelLabel = null);
