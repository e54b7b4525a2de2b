using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A demand that has to be met and the actuators that can meet it.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record DdbcSystemDescription(
    Identifier MessageId, DateTimeOffset ValidFrom, ValueList<DdbcActuatorDescription> Actuators, NumberRange PresentDemandRate,
    bool ProvidesAverageDemandRateForecast)
    : S2Request(MessageId)
{
    public ValueList<DdbcActuatorDescription> Actuators { get; } = Actuators.Counting(1, 10, nameof(Actuators));
}

/// <summary>Something that can meet part of the demand. The wire misspells its commodities.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record DdbcActuatorDescription(
    Identifier Id, ValueList<Commodity> SupportedCommodities,
    ValueList<DdbcOperationMode> OperationModes, ValueList<Transition> Transitions, ValueList<S2Timer> Timers,
    string? DiagnosticLabel = null)
{
    [JsonPropertyName("supported_commodites")]
    public ValueList<Commodity> SupportedCommodities { get; } = SupportedCommodities.Counting(1, 4, nameof(SupportedCommodities));

    public ValueList<DdbcOperationMode> OperationModes { get; } = OperationModes.Counting(1, 100, nameof(OperationModes));

    public ValueList<Transition> Transitions { get; } = Transitions.Counting(0, 1000, nameof(Transitions));

    public ValueList<S2Timer> Timers { get; } = Timers.Counting(0, 1000, nameof(Timers));
}

/// <summary>A mode: its power and the share of the demand that it meets.</summary>
/// <param name="Id">Spelt with a capital on the wire.</param>
/// <param name="SupplyRange">The start belongs to factor 0, the end to factor 1.</param>
/// <param name="RunningCosts">Per second, without the energy; the range is uncertainty.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record DdbcOperationMode(
    [property: JsonPropertyName("Id")] Identifier Id, ValueList<PowerRange> PowerRanges, NumberRange SupplyRange,
    bool AbnormalConditionOnly, NumberRange? RunningCosts = null, string? DiagnosticLabel = null)
{
    public ValueList<PowerRange> PowerRanges { get; } = PowerRanges.Counting(1, 10, nameof(PowerRanges));
}
