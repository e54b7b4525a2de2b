using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>A piece of what a home can do: so many W more, at this price for as long as they are held.</summary>
/// <param name="Watts">W, positive.</param>
/// <param name="Price">What the home wants for it, µEUR/kWh; may be negative.</param>
public readonly record struct PowerStep(long Watts, Price Price);

/// <summary>What one home can do in one direction, and what it costs.</summary>
/// <param name="Home">Who.</param>
/// <param name="Least">W that it moves in any case, where it cannot stop or slow down in time; 0 as a rule.</param>
/// <param name="Most">W that it can move now: what it offered, less what it cannot reach in time. At least <paramref name="Least"/>, at most the sum of the steps.</param>
/// <param name="Steps">Cheapest first. Prices never fall, so the cost is convex and the cheapest steps may be taken first.</param>
public sealed record DispatchHome(MemberId Home, long Least, long Most, ImmutableArray<PowerStep> Steps)
{
    public const int MaxSteps = 32;

    /// <summary>1 GW: far above any home; sums over a million of them stay below 2⁶³.</summary>
    public const long MaxWatts = 1_000_000_000;

    /// <summary>A home that can do all that it offers.</summary>
    public static DispatchHome Of(MemberId home, ImmutableArray<PowerStep> steps) => new(home, 0, steps.Sum(step => step.Watts), steps);

    /// <summary>Null if the home may take part, else what is wrong with what it says.</summary>
    public string? Objection
    {
        get
        {
            if (Steps.IsDefault || Steps.Length > MaxSteps)
            {
                return $"A home has at most {MaxSteps} steps.";
            }

            var (sum, price) = (0L, long.MinValue);
            foreach (var step in Steps)
            {
                if (step.Watts is <= 0 or > MaxWatts || step.Price.MicroEurPerKWh < price)
                {
                    return "Steps have positive powers up to 1 GW, and prices that never fall.";
                }

                (sum, price) = (sum + step.Watts, step.Price.MicroEurPerKWh);
            }

            return Least < 0 || Least > Most || Most > sum ? "0 ≤ least ≤ most ≤ the sum of the steps must hold." : null;
        }
    }

    /// <summary>What it costs to hold so many W for a thousand hours, µEUR: W × µEUR/kWh, summed over the steps taken.</summary>
    public Int128 CostOf(long watts)
    {
        var (cost, left) = (Int128.Zero, watts);
        foreach (var step in Steps)
        {
            var taken = Math.Min(left, step.Watts);
            (cost, left) = (cost + (Int128)taken * step.Price.MicroEurPerKWh, left - taken);
        }

        return cost;
    }
}
