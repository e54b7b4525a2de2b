using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>Bounds for the flow of a whole cluster: peak shaving.</summary>
/// <param name="MeasuredFlow">What flows now, beside what the agents take; null where nothing is measured.</param>
public sealed record FlowBounds(Demand Floor, Demand Ceiling, Demand? MeasuredFlow)
{
    /// <summary>Said where a flow is to be measured and nothing bounds it.</summary>
    public const string NothingToMeasureAgainst = "--measured-flow: a flow is measured against a --floor or a --ceiling; state one.";

    /// <summary>As the options say it, W; null without a bound.</summary>
    /// <exception cref="UserErrorException">A number is out of range, the floor is above the ceiling, or a flow is measured against nothing.</exception>
    public static FlowBounds? Of(decimal? floor, decimal? ceiling, decimal? measuredFlow = null)
    {
        if (floor is null && ceiling is null)
        {
            return measuredFlow is null ? null : throw new UserErrorException(NothingToMeasureAgainst);
        }

        var low = floor is { } least ? Watts("--floor", least) : -Demand.MaxOfCurve;
        var high = ceiling is { } most ? Watts("--ceiling", most) : Demand.MaxOfCurve;
        return low <= high
            ? new FlowBounds(low, high, measuredFlow is { } measured ? Watts("--measured-flow", measured) : null)
            : throw new UserErrorException($"--floor {floor} is above --ceiling {ceiling}.");
    }

    /// <param name="what">Where the number stands, for the message.</param>
    /// <param name="watts">Rounded to nano-watts, half away from zero.</param>
    /// <exception cref="UserErrorException">It is more than a demand can be.</exception>
    public static Demand Watts(string what, decimal watts) =>
        Math.Abs(watts) <= Demand.MaxOfCurve.NanoWatts / Demand.NanoWattsPerWatt
            ? new Demand((long)decimal.Round(watts * Demand.NanoWattsPerWatt, MidpointRounding.AwayFromZero))
            : throw new UserErrorException($"{what} {watts} is beyond the 1,000,000,000 W that a demand may have.");
}
