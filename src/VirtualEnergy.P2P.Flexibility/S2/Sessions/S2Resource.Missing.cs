using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>What a device has yet to tell before its manager can plan with it.</summary>
public sealed partial record S2Resource
{
    /// <summary>What is missing, in words; null where nothing is, or nothing is selected.</summary>
    /// <remarks>A device without jobs misses nothing: it has none to do.</remarks>
    public string? Missing(DateTimeOffset now) => Selected switch
    {
        ControlType.FillRateBasedControl => Storage.At(now) is not { } description ? Described(Storage)
            : StorageStatus is null ? "its fill level"
            : MissingModeOf(description.Actuators.Select(actuator => actuator.Id)),
        ControlType.OperationModeBasedControl => Modes.At(now) is null ? Described(Modes) : StateOf(Identifier.Unknown).Mode is null ? "in which operation mode it is" : null,
        ControlType.DemandDrivenBasedControl => Demand.At(now) is not { } description ? Described(Demand) : MissingModeOf(description.Actuators.Select(actuator => actuator.Id)),
        ControlType.PowerEnvelopeBasedControl or ControlType.NotControlable => Forecast is null ? "a forecast of its power" : null,
        _ => null,
    };

    private static string Described<T>(Timeline<T> told)
        where T : class => told.Next is { } next ? $"what it is now, but from {next.From.UtcDateTime:MM-dd HH:mm}Z on" : "a system description";

    private string? MissingModeOf(IEnumerable<Identifier> actuators) =>
        actuators.Where(actuator => StateOf(actuator).Mode is null).Select(actuator => $"in which operation mode its actuator {actuator} is").FirstOrDefault();
}
