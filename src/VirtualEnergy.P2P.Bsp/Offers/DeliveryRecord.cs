using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>How much of what it was asked for a home delivers, as a distribution over tenths.</summary>
/// <remarks>
/// A home without a history counts as <c>priorOrders</c> orders of which <c>priorPermille</c> were delivered whole and the rest not at
/// all; each order of its own adds one. So one bad evening does not shut a new home out, and one good one does not make it sure.
/// </remarks>
public sealed class DeliveryRecord
{
    private const int Tenths = 10;

    // Weights in thousandths of an order.
    private readonly ImmutableArray<(int MissingTenths, long Weight)> _outcomes;

    private DeliveryRecord(long[] weights)
    {
        _outcomes = [.. weights.Select((weight, tenths) => (Tenths - tenths, weight)).Where(outcome => outcome.weight > 0)];
        Total = weights.Sum();
    }

    /// <summary>The distribution of a home's part.</summary>
    /// <param name="deliveredPermille">Of each order so far: delivered / asked for, in ‰, the latest 200 of them. Rounded down to tenths; more than all is all.</param>
    /// <param name="priorOrders">How many orders the prior is worth, 1 to 1,000.</param>
    /// <param name="priorPermille">The prior's part of orders that were delivered, 0 to 1,000 ‰.</param>
    public static DeliveryRecord Of(IEnumerable<int> deliveredPermille, int priorOrders, int priorPermille)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(priorOrders, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priorOrders, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(priorPermille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priorPermille, 1000);
        var weights = new long[Tenths + 1];
        weights[Tenths] = (long)priorOrders * priorPermille;
        weights[0] = (long)priorOrders * (1000 - priorPermille);
        foreach (var delivered in deliveredPermille.TakeLast(200))
        {
            weights[Math.Clamp(delivered, 0, 1000) / (1000 / Tenths)] += 1000;
        }

        return new DeliveryRecord(weights);
    }

    /// <summary>Sum of all weights, above 0.</summary>
    internal long Total { get; }

    /// <summary>The outcomes that can be: tenths of the power that are missing, and their weight.</summary>
    internal ImmutableArray<(int MissingTenths, long Weight)> Outcomes => _outcomes;

    /// <summary>What of a power is missing on average, in W, rounded up.</summary>
    internal Int128 MeanMissing(long watts)
    {
        var weighted = _outcomes.Aggregate(Int128.Zero, (sum, outcome) => sum + (Int128)outcome.MissingTenths * outcome.Weight);
        return Rounding.Ceiling(weighted * watts, (Int128)Tenths * Total);
    }
}
