namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Something that fills or empties the storage, its modes and the ways between them.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcActuatorDescription(
    Identifier Id, ValueList<Commodity> SupportedCommodities, ValueList<FrbcOperationMode> OperationModes,
    ValueList<Transition> Transitions, ValueList<S2Timer> Timers, string? DiagnosticLabel = null)
{
    public ValueList<Commodity> SupportedCommodities { get; } = SupportedCommodities.Counting(1, 4, nameof(SupportedCommodities));

    public ValueList<FrbcOperationMode> OperationModes { get; } = OperationModes.Counting(1, 100, nameof(OperationModes));

    public ValueList<Transition> Transitions { get; } = Transitions.Counting(0, 1000, nameof(Transitions));

    public ValueList<S2Timer> Timers { get; } = Timers.Counting(0, 1000, nameof(Timers));
}

/// <summary>A mode; what it does depends on the fill level.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcOperationMode(
    Identifier Id, ValueList<FrbcOperationModeElement> Elements, bool AbnormalConditionOnly, string? DiagnosticLabel = null)
{
    public ValueList<FrbcOperationModeElement> Elements { get; } = Elements.Counting(1, 100, nameof(Elements));
}

/// <summary>What a mode does within a range of fill levels.</summary>
/// <param name="FillRate">Change of the fill level per second; the start belongs to factor 0, the end to factor 1.</param>
/// <param name="RunningCosts">Per second, without the energy; the range is uncertainty.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcOperationModeElement(
    NumberRange FillLevelRange, NumberRange FillRate, ValueList<PowerRange> PowerRanges, NumberRange? RunningCosts = null)
{
    public ValueList<PowerRange> PowerRanges { get; } = PowerRanges.Counting(1, 10, nameof(PowerRanges));
}
