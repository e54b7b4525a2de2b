using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>A part of a home's headroom.</summary>
/// <param name="Watts">W, positive.</param>
/// <param name="Price">Up: the least the home takes for a kWh; down: the most it pays for one.</param>
public readonly record struct FlexibilityStep(long Watts, Price Price);

/// <summary>What a home can change of its program in a span of periods, each direction as if it alone were called, and no other span.</summary>
/// <param name="First">The first period.</param>
/// <param name="Periods">How many, through all of which it is held.</param>
/// <param name="Up">Less from the grid; prices do not fall.</param>
/// <param name="Down">More from the grid; prices do not rise.</param>
/// <param name="UpRebound">What the home takes more in each hour after the span if all of it was called, Wh; − less. Ends with the last that is not 0.</param>
/// <param name="DownRebound">The same for down.</param>
public sealed record FlexibilitySpan(
    Period First, int Periods, ImmutableArray<FlexibilityStep> Up, ImmutableArray<FlexibilityStep> Down, ImmutableArray<long> UpRebound, ImmutableArray<long> DownRebound)
{
    public bool Equals(FlexibilitySpan? other) =>
        other is not null && First == other.First && Periods == other.Periods && Up.AsSpan().SequenceEqual(other.Up.AsSpan()) && Down.AsSpan().SequenceEqual(other.Down.AsSpan())
        && UpRebound.AsSpan().SequenceEqual(other.UpRebound.AsSpan()) && DownRebound.AsSpan().SequenceEqual(other.DownRebound.AsSpan());

    public override int GetHashCode() => HashCode.Combine(First, Periods);
}
