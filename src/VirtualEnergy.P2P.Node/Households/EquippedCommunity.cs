using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// The households of a data set with cars, heat pumps, water heaters and appliances added by seed: docs/planner.md states the rule. Every
/// third home has a car, every third a heat pump, every third appliances as the data set's rule has them, every fourth a water heater.
/// </summary>
public static class EquippedCommunity
{
    /// <param name="folder">The data set's, for the cars and the heat that it has; null for generated homes.</param>
    /// <param name="marginPermille">See <see cref="HomeDescription.MarginPermille"/>; null leaves each home its own.</param>
    public static ImmutableArray<PlannedHome> Of(Community community, string? folder, ulong seed, int? marginPermille = null)
    {
        var cars = folder is null ? [] : CarTable.Of(folder);
        var heat = folder is null ? null : HeatTable.Of(folder);
        return [.. community.Households.Select((household, i) => Home(community, household, i, seed, cars, heat, marginPermille ?? household.Describe().MarginPermille))];
    }

    private static PlannedHome Home(Community community, Household household, int index, ulong seed, ImmutableArray<CarTable> cars, HeatTable? heat, int marginPermille)
    {
        var random = SplitMix64.For(seed, (ulong)index, 0x706c_616e);
        var stores = ImmutableArray.CreateBuilder<StoreModel>();
        var appliances = household.Appliances;
        if (index % 3 == 0)
        {
            stores.Add(Car(community, random, cars.IsEmpty ? null : cars[index / 3 % cars.Length]));
        }

        long heatWatts = 0;
        if (index % 3 == 1)
        {
            var pump = HeatPump(community, random, heat);
            (heatWatts, var model) = pump;
            stores.Add(model);
        }

        if (index % 3 == 2)
        {
            appliances = appliances.IsEmpty ? ThreeAppliances(community, random) : appliances;
        }

        if (index % 4 == 2)
        {
            stores.Add(WaterHeater(community, random));
        }

        // The connection carries everything that cannot wait for long: load, appliances, heating.
        var connection = Math.Max(household.ConnectionWatts, Household.SmallestConnection(household.Profile, appliances));
        var needed = household.Profile.Load.Peak + appliances.Sum(appliance => appliance.Peak) + heatWatts;
        while (connection < needed)
        {
            connection = connection < 6_000 ? connection + 1_500 : connection + 1_000;
        }

        var home = new HomeDescription(
            household.Name, connection, household.Profile.Load, household.Profile.Photovoltaics, household.Battery, appliances) with
        {
            MarginPermille = marginPermille,
        };
        return new PlannedHome(home, stores.ToImmutable());
    }

    private static CarStore Car(Community community, SplitMix64 random, CarTable? table)
    {
        var capacity = 40_000 + 10_000 * random.Between(0, 3);
        var watts = random.Chance(50) ? 3_700 : 7_400;
        var journeys = table?.Journeys(community.First, community.Length, random.Between(0, 50), watts) ?? Commuting(community, random);
        return new CarStore("car", new Energy(capacity), watts, journeys, new Energy(capacity / 10), new Energy(capacity / 2));
    }

    // Weekdays to work and back, 5 to 14 kWh; on half of the days at a weekend somewhere else.
    private static ImmutableArray<Journey> Commuting(Community community, SplitMix64 random)
    {
        var journeys = ImmutableArray.CreateBuilder<Journey>();
        foreach (var midnight in Midnights(community))
        {
            var weekend = LocalDays.Of(midnight).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            var (leaves, back) = weekend ? (random.Between(38, 48), random.Between(60, 80)) : (random.Between(28, 36), random.Between(64, 76));
            var energy = random.Between(5_000, 14_000);
            if (weekend && random.Chance(50))
            {
                continue;
            }

            journeys.Add(new Journey(new Period(midnight.Index + leaves), new Period(midnight.Index + back), new Energy(energy)));
        }

        return [.. journeys.Where(journey => journey.Leaves > community.First)];
    }

    private static (long Watts, HeatPumpStore Model) HeatPump(Community community, SplitMix64 random, HeatTable? table)
    {
        // ISO 13790, table 12: a medium building holds 165 kJ/(m² K); 100 to 160 m².
        var area = random.Between(100, 160);
        var capacity = area * 165.0 / 3.6;
        var loss = area * (random.Between(9, 16) / 10.0);
        var heat = table?.Scaled(community.First, community.Length, loss) ?? Weather(community, random, loss);
        var watts = (long)Math.Ceiling(heat.Peak / 2.0 / 100) * 100;
        return (watts, new HeatPumpStore("heat pump", watts, heat, capacity, loss, 2));
    }

    // A mean temperature for the season, warmest at 15 h, warmer and colder days; 300 W come from people and sun. Not measured.
    private static PowerProfile Weather(Community community, SplitMix64 random, double lossPerKelvin)
    {
        var watts = ImmutableArray.CreateBuilder<long>(community.Length);
        var drift = 0.0;
        for (var i = 0; i < community.Length; i++)
        {
            var local = LocalDays.Start(new Period(community.First.Index + i));
            if (i % 96 == 0)
            {
                drift = 0.7 * drift + (random.Fraction() - 0.5) * 5;
            }

            var season = 10 - 9 * Math.Cos((local.DayOfYear - 20) * 2 * Math.PI / 365);
            var outside = season + drift + 3.5 * Math.Cos((local.TimeOfDay.TotalHours - 15) * 2 * Math.PI / 24);
            watts.Add((long)Math.Round(Math.Max(0, lossPerKelvin * (20 - outside) - 300)));
        }

        return new PowerProfile(community.First, watts.MoveToImmutable());
    }

    // 150 litres at 2 kW; a shower's worth of 1 to 2.5 kWh in the morning and 0.5 to 2 in the evening, spread over half an hour each.
    private static WaterHeaterStore WaterHeater(Community community, SplitMix64 random)
    {
        var watts = new long[community.Length];
        foreach (var midnight in Midnights(community))
        {
            foreach (var (at, energy) in new[] { (random.Between(24, 32), random.Between(1_000, 2_500)), (random.Between(76, 88), random.Between(500, 2_000)) })
            {
                for (var k = 0; k < 2; k++)
                {
                    var i = midnight.Index + at + k - community.First.Index;
                    if (i >= 0 && i < watts.Length)
                    {
                        watts[i] += 2 * energy;
                    }
                }
            }
        }

        return new WaterHeaterStore("water heater", 2_000, 150, new PowerProfile(community.First, [.. watts]), 60, 25);
    }

    private static ImmutableArray<ApplianceDescription> ThreeAppliances(Community community, SplitMix64 random)
    {
        // As Equipment has them, and a dryer two days of five, after 16 h.
        var appliances = Equipment.Appliances(random, community.First, community.Length);
        var runs = ImmutableArray.CreateBuilder<ApplianceRun>();
        foreach (var midnight in Midnights(community))
        {
            var loaded = midnight.Index + random.Between(60, 68);
            if (random.Chance(40) && loaded > community.First.Index && loaded + 40 <= community.First.Index + community.Length)
            {
                runs.Add(new ApplianceRun(new Period(loaded), new Period(loaded + 40)));
            }
        }

        return appliances.Add(new ApplianceDescription("dryer", Equipment.RunOf("dryer")!.Value, runs.ToImmutable()));
    }

    private static IEnumerable<Period> Midnights(Community community)
    {
        var end = new Period(community.First.Index + community.Length);
        for (var day = LocalDays.Of(community.First); ; day = day.AddDays(1))
        {
            var midnight = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day));
            if (midnight >= end)
            {
                yield break;
            }

            yield return midnight;
        }
    }
}
