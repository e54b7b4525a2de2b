using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>A home's horizon as it was planned for a period: what was asked and what was answered, for each course of prices, the likeliest first.</summary>
/// <param name="First">The first period.</param>
/// <param name="Problems">One a course; one alone for a home without a market.</param>
/// <param name="Plans">Their plans.</param>
/// <param name="Bands">What the home's net energy may differ by, a period each; none where nothing is known of it.</param>
public sealed record HomeAhead(Period First, ImmutableArray<HomeProblem> Problems, ImmutableArray<HomePlan> Plans, ImmutableArray<NetBand> Bands)
{
    /// <summary>The program: what the home means to take through its meter in each period, Wh; + import.</summary>
    public ReadOnlySpan<double> Program => Plans[0].Net;
}
