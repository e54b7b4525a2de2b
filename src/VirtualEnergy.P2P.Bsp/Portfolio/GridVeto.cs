using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>What a grid operator does not let a point do, for periods: nothing at all, or no more than so much.</summary>
/// <param name="Point">The point.</param>
/// <param name="Direction">Null for both.</param>
/// <param name="From">The first period.</param>
/// <param name="Until">The first period after.</param>
/// <param name="Most">What is still allowed, in W; 0 for nothing.</param>
/// <param name="Reason">The operator's words.</param>
public sealed record GridVeto(PodCode Point, RegulationDirection? Direction, Period From, Period Until, long Most, string Reason)
{
    public bool Covers(Period period, RegulationDirection direction) =>
        From <= period && period < Until && (Direction is null || Direction == direction);
}
