namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Who a resource manager is and how it can be controlled.</summary>
/// <param name="InstructionProcessingDelay">How long it takes on average until an instruction is carried out.</param>
/// <param name="Currency">The currency of every cost that it states.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record ResourceManagerDetails(
    Identifier MessageId, Identifier ResourceId, ValueList<Role> Roles, S2Duration InstructionProcessingDelay,
    ValueList<ControlType> AvailableControlTypes, bool ProvidesForecast,
    ValueList<CommodityQuantity> ProvidesPowerMeasurementTypes, string? Name = null, string? Manufacturer = null,
    string? Model = null, string? SerialNumber = null, string? FirmwareVersion = null, Currency? Currency = null)
    : S2Request(MessageId)
{
    public ValueList<Role> Roles { get; } = Roles.Counting(1, 3, nameof(Roles));

    public ValueList<ControlType> AvailableControlTypes { get; } = AvailableControlTypes.Counting(1, 5, nameof(AvailableControlTypes));

    public ValueList<CommodityQuantity> ProvidesPowerMeasurementTypes { get; } = ProvidesPowerMeasurementTypes.Counting(1, 10, nameof(ProvidesPowerMeasurementTypes));
}
