using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>Devices that are added to households by seed where a source of data has none. docs/data.md states the rules.</summary>
public static class Equipment
{
    // A 40 °C wash: heating first, then drum and spin. A dishwasher: heating, wash, heating for drying.
    private static readonly ImmutableArray<long> WashingMachine = [1_500, 900, 200, 200, 250, 400];
    private static readonly ImmutableArray<long> Dishwasher = [1_600, 400, 150, 1_300, 300];

    private static readonly ImmutableArray<long> Dryer = [900, 850, 800, 700, 500];

    /// <summary>Average W of each quarter of an hour of a run; null for an appliance of which nothing is known.</summary>
    public static ImmutableArray<long>? RunOf(string appliance) => appliance switch
    {
        "washing machine" => WashingMachine,
        "dishwasher" => Dishwasher,
        "dryer" => Dryer,
        _ => null,
    };

    /// <summary>5, 7.5 or 10 kWh; the inverter empties it in two hours; a fifth is kept in reserve and a half is in it at first.</summary>
    public static BatteryDescription Battery(SplitMix64 random)
    {
        var capacity = 5_000 + 2_500 * random.Between(0, 2);
        return new BatteryDescription(
            new Energy(capacity), capacity / 2, capacity / 2, minimumFill: new Energy(capacity / 5), initialFill: new Energy(capacity / 2));
    }

    /// <summary>2 to 6 kWp in steps of 500 Wp.</summary>
    public static int PeakWatts(SplitMix64 random) => 2_000 + 500 * random.Between(0, 8);

    /// <summary>
    /// A washing machine in three homes of five, run on two days of three; a dishwasher in two of five, run daily. Loaded
    /// between 7 and 11 (washing) or 13 and 15 (dishes), wanted eight hours later.
    /// </summary>
    public static ImmutableArray<ApplianceDescription> Appliances(SplitMix64 random, Period first, int periods)
    {
        var appliances = ImmutableArray.CreateBuilder<ApplianceDescription>();
        var washes = random.Chance(60);
        var dishes = random.Chance(40);
        if (washes)
        {
            appliances.Add(new ApplianceDescription("washing machine", WashingMachine, Runs(random, first, periods, 7, 11, 67)));
        }

        if (dishes)
        {
            appliances.Add(new ApplianceDescription("dishwasher", Dishwasher, Runs(random, first, periods, 13, 15, 100)));
        }

        return appliances.ToImmutable();
    }

    private static ImmutableArray<ApplianceRun> Runs(
        SplitMix64 random, Period first, int periods, int earliestHour, int latestHour, int percent)
    {
        const int Wait = 8 * 4;
        var runs = ImmutableArray.CreateBuilder<ApplianceRun>();
        var day = DateOnly.FromDateTime(ItalianTime.Local(PeriodGrid.QuarterHour.StartOf(first)));
        for (; ; day = day.AddDays(1))
        {
            var midnight = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day)).Index;
            var loaded = midnight + random.Between(earliestHour * 4, latestHour * 4);
            if (loaded + Wait > first.Index + periods)
            {
                return runs.ToImmutable();
            }

            if (random.Chance(percent) && loaded >= first.Index)
            {
                runs.Add(new ApplianceRun(new Period(loaded), new Period(loaded + Wait)));
            }
        }
    }
}
