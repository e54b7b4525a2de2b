using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>What a home has promised in a period to somebody other than the local market.</summary>
/// <param name="Program">What it said that it would take through its meter, Wh; + import. The promise is a change of this.</param>
/// <param name="Reserved">The change that may still be called, Wh; − less from the grid.</param>
/// <param name="Ordered">The change that is called, Wh; null while nothing is.</param>
public readonly record struct Commitment(Energy Program, Energy Reserved, Energy? Ordered)
{
    /// <summary>What plans count with: the call, until it is known that none comes.</summary>
    public Energy Planned => Program + (Ordered ?? Reserved);

    /// <summary>What is to flow when the period runs.</summary>
    public Energy Due => Program + (Ordered ?? Energy.Zero);
}
