namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Keep the power within these envelopes.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PebcInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier PowerConstraintsId,
    ValueList<PebcPowerEnvelope> PowerEnvelopes)
    : S2Instruction(MessageId, Id, ExecutionTime, AbnormalCondition)
{
    public ValueList<PebcPowerEnvelope> PowerEnvelopes { get; } = PowerEnvelopes.Counting(1, 10, nameof(PowerEnvelopes));
}

/// <summary>Limits of one quantity, one after another.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PebcPowerEnvelope(Identifier Id, CommodityQuantity CommodityQuantity, ValueList<PebcPowerEnvelopeElement> PowerEnvelopeElements)
{
    public ValueList<PebcPowerEnvelopeElement> PowerEnvelopeElements { get; } = PowerEnvelopeElements.Counting(1, 288, nameof(PowerEnvelopeElements));
}

/// <summary>The limits for a while; the lower is not above the upper.</summary>
public sealed record PebcPowerEnvelopeElement(S2Duration Duration, FiniteNumber UpperLimit, FiniteNumber LowerLimit);
