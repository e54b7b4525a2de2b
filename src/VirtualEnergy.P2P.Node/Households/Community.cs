using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>The households that trade with each other, and the span that their profiles cover.</summary>
/// <param name="Source">Where the profiles come from, for people to read.</param>
/// <param name="First">First period that the profiles cover; a run of the market starts here unless told otherwise.</param>
/// <param name="Length">Number of periods covered; after them the last day repeats.</param>
/// <param name="Households">Names are unique.</param>
public sealed record Community(string Source, Period First, int Length, ImmutableArray<Household> Households);
