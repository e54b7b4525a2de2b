namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The modes of a device and the ways between them.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record OmbcSystemDescription(
    Identifier MessageId, DateTimeOffset ValidFrom, ValueList<OmbcOperationMode> OperationModes, ValueList<Transition> Transitions,
    ValueList<S2Timer> Timers)
    : S2Request(MessageId)
{
    public ValueList<OmbcOperationMode> OperationModes { get; } = OperationModes.Counting(1, 100, nameof(OperationModes));

    public ValueList<Transition> Transitions { get; } = Transitions.Counting(0, 1000, nameof(Transitions));

    public ValueList<S2Timer> Timers { get; } = Timers.Counting(0, 1000, nameof(Timers));
}

/// <summary>A mode; a factor from 0 to 1 chooses within its power.</summary>
/// <param name="RunningCosts">Per second, without the energy; the range is uncertainty.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record OmbcOperationMode(
    Identifier Id, ValueList<PowerRange> PowerRanges, bool AbnormalConditionOnly, NumberRange? RunningCosts = null, string? DiagnosticLabel = null)
{
    public ValueList<PowerRange> PowerRanges { get; } = PowerRanges.Counting(1, 10, nameof(PowerRanges));
}
