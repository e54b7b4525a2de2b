using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>When a home's appliances are best started, as its node tells the member on her page. Nobody is bound by it.</summary>
/// <param name="Member">The home.</param>
/// <param name="At">The period in which it was worked out; a later one takes the place of an earlier one.</param>
/// <param name="Starts">One for each appliance that waits or will be loaded within a day, at most <see cref="Most"/>.</param>
public sealed record SuggestedStarts(MemberId Member, Period At, ImmutableArray<SuggestedStart> Starts)
{
    /// <summary>More appliances than this are not suggested for at once.</summary>
    public const int Most = 16;
}

/// <summary>When one appliance is best started, and what that saves against starting it as soon as it can.</summary>
/// <param name="Device">What the household calls it.</param>
/// <param name="Soonest">The first period in which it can start.</param>
/// <param name="Best">The period in which a start costs least, not before <paramref name="Soonest"/>.</param>
/// <param name="Energy">What a run takes, Wh ≥ 0.</param>
/// <param name="Saving">What is expected to be saved, µEUR ≥ 0.</param>
public readonly record struct SuggestedStart(string Device, Period Soonest, Period Best, Energy Energy, Money Saving);
