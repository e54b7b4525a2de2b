using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>
/// What a home would take in a period that is not open yet, or that is run already, as a falling step function of its price. Nobody is bound by it, so it has no signature, no
/// number and no funds behind it.
/// </summary>
/// <param name="Base">Net energy at the highest prices, Wh; + import.</param>
/// <param name="Steps">What it takes besides at these prices or lower ones: highest price first, prices distinct, energies positive.</param>
public readonly record struct PlannedDemand(Energy Base, ImmutableArray<Step> Steps)
{
    /// <summary>A plan tells what matters between the supplier's two prices; finer than this it is not known anyway.</summary>
    public const int MostSteps = 8;

    /// <summary>Net energy at a price, Wh.</summary>
    public Energy At(Price price)
    {
        var energy = Base;
        foreach (var step in Steps)
        {
            energy += step.Price >= price ? step.Energy : Energy.Zero;
        }

        return energy;
    }

    /// <summary>Whether it is a falling function of at most <see cref="MostSteps"/> steps that stays within a connection and the market's prices.</summary>
    /// <param name="limit">Most energy that the connection carries each way, Wh.</param>
    /// <param name="rules">Floor and cap.</param>
    public bool IsSound(Energy limit, MarketRules rules)
    {
        if (Steps.IsDefault || Steps.Length > MostSteps || Base < -limit || Base > limit)
        {
            return false;
        }

        var (room, above) = (limit - Base, new Price(long.MaxValue));
        foreach (var (price, energy) in Steps)
        {
            if (price >= above || price < rules.Floor || price > rules.Cap || energy <= Energy.Zero || energy > room)
            {
                return false;
            }

            (room, above) = (room - energy, price);
        }

        return true;
    }

    public bool Equals(PlannedDemand other) => Base == other.Base && Steps.AsSpan().SequenceEqual(other.Steps.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Base, Steps.IsDefault ? 0 : Steps.Length);
}
