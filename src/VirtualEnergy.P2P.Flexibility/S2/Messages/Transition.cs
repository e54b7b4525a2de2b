namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A way from one operation mode to another.</summary>
/// <param name="StartTimers">Timers that are started anew when the transition begins.</param>
/// <param name="BlockingTimers">Timers that must have run down before it may begin.</param>
/// <param name="TransitionCosts">Costs of one passage, in the currency of the resource manager.</param>
/// <param name="TransitionDuration">From the beginning until the device behaves as the mode says; at once when absent.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record Transition(
    Identifier Id, Identifier From, Identifier To, ValueList<Identifier> StartTimers, ValueList<Identifier> BlockingTimers, bool AbnormalConditionOnly,
    FiniteNumber? TransitionCosts = null, S2Duration? TransitionDuration = null)
{
    public ValueList<Identifier> StartTimers { get; } = StartTimers.Counting(0, 1000, nameof(StartTimers));

    public ValueList<Identifier> BlockingTimers { get; } = BlockingTimers.Counting(0, 1000, nameof(BlockingTimers));
}
