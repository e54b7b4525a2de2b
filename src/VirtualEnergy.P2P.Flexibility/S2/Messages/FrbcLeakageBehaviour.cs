namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>How fast the storage loses its filling by itself.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcLeakageBehaviour(
    Identifier MessageId, DateTimeOffset ValidFrom, ValueList<FrbcLeakageBehaviourElement> Elements)
    : S2Request(MessageId)
{
    public ValueList<FrbcLeakageBehaviourElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));
}

/// <summary>The loss within a range of fill levels.</summary>
/// <param name="LeakageRate">Fall of the fill level per second; + is a loss.</param>
public sealed record FrbcLeakageBehaviourElement(NumberRange FillLevelRange, FiniteNumber LeakageRate);
