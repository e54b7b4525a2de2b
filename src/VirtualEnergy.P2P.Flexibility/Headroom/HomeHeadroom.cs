using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Headroom;

/// <summary>A part of a home's headroom.</summary>
/// <param name="Watts">W, positive.</param>
/// <param name="Price">Up: the least the home takes for a kWh. Down: the most it pays for one.</param>
public readonly record struct HeadroomStep(long Watts, Price Price);

/// <summary>
/// What a home can change of its program in one direction and hold through the whole span, at what cost, and what it does after it.
/// </summary>
/// <param name="Steps">The best first: rising prices up, falling prices down. Empty where it can give nothing.</param>
/// <param name="Rebound">
/// What the home takes more than its program in each period after the span, Wh, if all of it was called; − less. Its cost is in the prices.
/// </param>
public sealed record DirectedHeadroom(ImmutableArray<HeadroomStep> Steps, ImmutableArray<long> Rebound)
{
    public static readonly DirectedHeadroom None = new([], []);

    /// <summary>W.</summary>
    public long Watts => Steps.Sum(step => step.Watts);
}

/// <summary>A home's headroom in a span: each direction as if it alone were called, and no other span.</summary>
/// <param name="Span">When.</param>
/// <param name="Up">Less from the grid, or more into it, than the program.</param>
/// <param name="Down">More from the grid, or less into it.</param>
/// <param name="HoldingCost">
/// Lost local income: what the home expects to lose by keeping to its program in the span instead of bidding there, µEUR ≥ 0. It is in the prices of
/// each direction, as if the direction were called once.
/// </param>
public sealed record HomeHeadroom(HoldingSpan Span, DirectedHeadroom Up, DirectedHeadroom Down, Money HoldingCost);
