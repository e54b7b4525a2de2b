using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>A cluster as a file states it: its market basis, its bids, and what they should come to together.</summary>
/// <param name="Basis">Prices in billionths of the file's unit.</param>
/// <param name="Bids">In the file's order.</param>
/// <param name="Target">0 unless stated.</param>
public sealed record CurveCase(MarketBasis Basis, ImmutableArray<CurveBid> Bids, Demand Target);

/// <summary>One bid of a file: a curve, or the reason why it is none.</summary>
public readonly record struct CurveBid(DemandCurve? Curve, string? Fault)
{
    public static CurveBid Refused(string fault) => new(null, fault);
}
