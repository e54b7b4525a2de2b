using System.Text.Json.Serialization;

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

/// <summary>The values that an upper or a lower limit may take.</summary>
/// <remarks>
/// The standard has the start not above the end. Libraries in use take that for amounts, and write what a plant gives as 0 to −2000 W and in no other way: the same values.
/// </remarks>
/// <param name="RangeBoundary">As it was told, from either end.</param>
public sealed record PebcAllowedLimitRange(
    CommodityQuantity CommodityQuantity, PowerEnvelopeLimit LimitType, NumberRange RangeBoundary, bool AbnormalConditionOnly)
{
    /// <summary>The values, from the lowest one.</summary>
    [JsonIgnore]
    public NumberRange Values => RangeBoundary.StartOfRange > RangeBoundary.EndOfRange ? new NumberRange(RangeBoundary.EndOfRange, RangeBoundary.StartOfRange) : RangeBoundary;
}
