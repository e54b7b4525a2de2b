using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// A made-up but plausible community near Cagliari: homes with plants, batteries, both and neither. The same seed gives the
/// same watts on every machine, and one more home changes nothing in the others. docs/data.md states the rules.
/// </summary>
public static class GeneratedCommunity
{
    /// <summary>A day in spring: enough sun to trade, long enough evenings to need it.</summary>
    public static readonly DateOnly DefaultFirstDay = new(2026, 4, 15);

    /// <summary>A day has 96 periods here also when the clocks change: the profiles run on for so many times 24 hours.</summary>
    private const int PeriodsADay = 96;

    /// <param name="homes">How many, 1 to <see cref="Dataset.MostHomes"/>.</param>
    /// <param name="seed">Everything follows from it.</param>
    /// <param name="firstDay">The first local day; profiles begin at its midnight.</param>
    /// <param name="days">How many days, at least one, at most a year.</param>
    public static Community Create(int homes, ulong seed, DateOnly firstDay, int days = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(homes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(homes, Dataset.MostHomes);
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, 366);

        var first = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(firstDay));
        var middles = Enumerable.Range(0, days * PeriodsADay)
            .Select(i => PeriodGrid.QuarterHour.StartOf(new Period(first.Index + i)).AddSeconds(PeriodGrid.QuarterHour.LengthSeconds / 2))
            .Select(middle => (Instant: middle, Sun: SunPosition.At(middle)))
            .ToArray();
        var sky = new Sky(seed);
        return new Community(
            $"generated, seed {seed}", first, days * PeriodsADay,
            [.. Enumerable.Range(0, homes).Select(i => Home(i, seed, firstDay, days, first, sky, middles))]);
    }

    // Every second home has a plant, every fourth a battery with it, every eighth a battery alone.
    private static Household Home(
        int index, ulong seed, DateOnly firstDay, int days, Period first, Sky sky, (DateTimeOffset Instant, SunPosition Sun)[] middles)
    {
        var random = SplitMix64.For(seed, 5, (ulong)index);
        var load = new HouseholdLoad(seed, index);
        ImmutableArray<long> watts = [.. Enumerable.Range(0, days).SelectMany(day => load.Day(firstDay.AddDays(day)))];

        var plant = new SolarPlant(Equipment.PeakWatts(random), random.Between(10, 35), random.Between(110, 250));
        ImmutableArray<long>? sun = index % 2 == 0
            ? [.. middles.Select(middle => plant.Watts(middle.Sun, sky.Light(middle.Instant, index)))]
            : null;
        var battery = Equipment.Battery(random);
        var appliances = Equipment.Appliances(random, first, watts.Length);
        var profile = new HouseholdProfile(first, watts, sun);
        return new Household(
            $"Home {index + 1:00}", Dataset.ZoneOf(index), Household.SmallestConnection(profile, appliances), profile,
            index % 4 == 0 || index % 8 == 7 ? battery : null, appliances);
    }
}
