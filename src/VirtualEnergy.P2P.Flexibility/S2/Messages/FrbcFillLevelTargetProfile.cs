namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Where the fill level should be, from a moment on.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcFillLevelTargetProfile(
    Identifier MessageId, DateTimeOffset StartTime, ValueList<FrbcFillLevelTargetProfileElement> Elements)
    : S2Request(MessageId)
{
    public ValueList<FrbcFillLevelTargetProfileElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));
}

/// <summary>The range aimed at for a while.</summary>
public sealed record FrbcFillLevelTargetProfileElement(S2Duration Duration, NumberRange FillLevelRange);
