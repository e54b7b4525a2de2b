using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>A part of what a home can be moved by, and what it wants for that.</summary>
/// <param name="Watts">Power on top of the steps before, in W, above 0.</param>
/// <param name="Ask">
/// The least that the home wants for a kWh moved, in µEUR, its costs and what it takes back later included. Below zero it would pay: for energy that it
/// takes up at a time when it would buy anyway. Where a home states the most that it pays for a kWh down, the ask is minus that.
/// </param>
public readonly record struct AskedStep(long Watts, Price Ask);

/// <summary>What a home can be moved by after its local commitments and hold through a whole span of periods, as if no other span were called.</summary>
/// <param name="Point">The home's point.</param>
/// <param name="First">The first period of the span.</param>
/// <param name="Count">How many periods it is held.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="Steps">Asks rise or stay.</param>
/// <param name="LostLocalIncome">What a kWh would have earned in the local market, if the asks leave it out.</param>
public sealed record PointHeadroom(
    PodCode Point, Period First, int Count, RegulationDirection Direction, ImmutableArray<AskedStep> Steps, Price LostLocalIncome = default)
{
    public const int MostSteps = 32;

    /// <summary>A day and its longest night.</summary>
    public const int MostPeriods = 100;

    // 10 MW and 1,000 EUR/kWh: beyond any home, and sums over 100,000 of them stay far inside 64 bits.
    private const long MostWatts = 10_000_000;
    private const long MostPrice = 1_000_000_000;

    /// <summary>The first period after the span.</summary>
    public Period Until => new(checked(First.Index + Count));

    public bool Covers(Period period) => First <= period && (Int128)period.Index < (Int128)First.Index + Count;

    /// <summary>What a kWh of a step must bring in for the home to lose nothing.</summary>
    public Price Receipt(AskedStep step) => new(checked(step.Ask.MicroEurPerKWh + LostLocalIncome.MicroEurPerKWh));

    /// <summary>What is wrong with it as a message, whoever sent it; null if nothing.</summary>
    public Objection? Check()
    {
        if (Count is < 1 or > MostPeriods || First.Index is < 0 or > long.MaxValue - MostPeriods)
        {
            return new("headroom-span", string.Create(CultureInfo.InvariantCulture, $"{Point}: a span has 1 to {MostPeriods} periods."));
        }

        if (Steps.IsDefaultOrEmpty || Steps.Length > MostSteps)
        {
            return new("headroom-steps", string.Create(CultureInfo.InvariantCulture, $"{Point}: 1 to {MostSteps} steps."));
        }

        if (Steps.Any(step => step.Watts is <= 0 or > MostWatts))
        {
            return new("headroom-power", string.Create(CultureInfo.InvariantCulture, $"{Point}: the power of a step is 1 to {MostWatts} W."));
        }

        if (Steps.Select(step => step.Ask).Append(LostLocalIncome).Any(price => price.MicroEurPerKWh is < -MostPrice or > MostPrice))
        {
            return new("headroom-price", string.Create(CultureInfo.InvariantCulture, $"{Point}: prices are −{MostPrice} to {MostPrice} µEUR/kWh."));
        }

        return Steps.Zip(Steps.Skip(1)).Any(pair => pair.First.Ask > pair.Second.Ask)
            ? new("headroom-not-monotone", $"{Point}: a later step must not ask less than an earlier one.")
            : null;
    }
}
