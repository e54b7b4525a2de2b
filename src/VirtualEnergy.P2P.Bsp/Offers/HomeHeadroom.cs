using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>A part of what a home can be moved by, and what it wants for that.</summary>
/// <param name="Watts">Power on top of the steps before, in W, above 0.</param>
/// <param name="Ask">
/// The least that the home wants for a kWh moved, in µEUR. Below zero it would pay: for energy that it takes up at a time when it would buy anyway.
/// </param>
public readonly record struct HeadroomStep(long Watts, Price Ask);

/// <summary>What a home can still be moved by in a period after its local commitments, as the home says it.</summary>
/// <param name="Point">The home's point.</param>
/// <param name="Period">The period.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="Steps">Asks rise or stay.</param>
/// <param name="HoldingSeconds">All steps can be held so long from the period's start, in s.</param>
/// <param name="Rebound">What taking the energy back, or giving it up later, costs for a kWh moved, if the asks leave it out.</param>
/// <param name="LostLocalIncome">What a kWh would have earned in the local market, if the asks leave it out.</param>
public sealed record HomeHeadroom(
    PodCode Point,
    Period Period,
    RegulationDirection Direction,
    ImmutableArray<HeadroomStep> Steps,
    int HoldingSeconds,
    Price Rebound,
    Price LostLocalIncome)
{
    public const int MostSteps = 32;

    // 10 MW and 1,000 EUR/kWh: beyond any home, and sums over 100,000 of them stay far inside 64 bits.
    private const long MostWatts = 10_000_000;
    private const long MostPrice = 1_000_000_000;

    /// <summary>What a kWh of a step must bring in for the home to lose nothing.</summary>
    public Price Receipt(HeadroomStep step) => new(checked(step.Ask.MicroEurPerKWh + Rebound.MicroEurPerKWh + LostLocalIncome.MicroEurPerKWh));

    /// <summary>What is wrong with it as a message, whoever sent it; null if nothing.</summary>
    public Objection? Check()
    {
        if (Steps.IsDefaultOrEmpty || Steps.Length > MostSteps)
        {
            return new("headroom-steps", string.Create(CultureInfo.InvariantCulture, $"{Point}: 1 to {MostSteps} steps."));
        }

        if (Steps.Any(step => step.Watts is <= 0 or > MostWatts))
        {
            return new("headroom-power", string.Create(CultureInfo.InvariantCulture, $"{Point}: the power of a step is 1 to {MostWatts} W."));
        }

        if (Steps.Select(step => step.Ask).Append(Rebound).Append(LostLocalIncome).Any(price => price.MicroEurPerKWh is < -MostPrice or > MostPrice))
        {
            return new("headroom-price", string.Create(CultureInfo.InvariantCulture, $"{Point}: prices are −{MostPrice} to {MostPrice} µEUR/kWh."));
        }

        return Steps.Zip(Steps.Skip(1)).Any(pair => pair.First.Ask > pair.Second.Ask)
            ? new("headroom-not-monotone", $"{Point}: a later step must not ask less than an earlier one.")
            : null;
    }
}
