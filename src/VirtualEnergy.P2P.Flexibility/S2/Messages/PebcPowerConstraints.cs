namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Within which limits an energy manager may set the limits of a device's power.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PebcPowerConstraints(
    Identifier MessageId, Identifier Id, DateTimeOffset ValidFrom, PowerEnvelopeConsequence ConsequenceType,
    ValueList<PebcAllowedLimitRange> AllowedLimitRanges, DateTimeOffset? ValidUntil = null)
    : S2Request(MessageId)
{
    public ValueList<PebcAllowedLimitRange> AllowedLimitRanges { get; } = AllowedLimitRanges.Counting(2, 100, nameof(AllowedLimitRanges));
}

/// <summary>The values that an upper or a lower limit may take; the start is not above the end.</summary>
public sealed record PebcAllowedLimitRange(
    CommodityQuantity CommodityQuantity, PowerEnvelopeLimit LimitType, NumberRange RangeBoundary, bool AbnormalConditionOnly);
