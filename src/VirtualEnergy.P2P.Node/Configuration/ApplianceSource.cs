using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>When an appliance is loaded and when it is to have finished, by local time.</summary>
public sealed record ApplianceRunSource
{
    /// <summary>English names of days, in any case; left out, every day.</summary>
    public ImmutableArray<string> Days { get; init; } = [];

    /// <summary>It may start from then on, <c>08:00</c>.</summary>
    public required string Loaded { get; init; }

    /// <summary>It has finished then, the same day or, if that is earlier, the next.</summary>
    public required string Ready { get; init; }
}

/// <summary>A washing machine, dishwasher, dryer or another machine that runs through once it has started, on top of the household's load.</summary>
public sealed record ApplianceSource
{
    private const int MostQuarters = 24;

    /// <summary>Of a washing machine, a dishwasher and a dryer the powers of a run are known.</summary>
    public required string Name { get; init; }

    /// <summary>Average W of each quarter of an hour of a run; left out, those that are known by the name.</summary>
    public ImmutableArray<long> Watts { get; init; } = [];

    public ImmutableArray<ApplianceRunSource> Runs { get; init; } = [];

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal ApplianceDescription Open(ImmutableArray<DateOnly> days)
    {
        const string Key = "appliances";
        var watts = !Watts.IsDefaultOrEmpty ? Watts : Equipment.RunOf(Name)
            ?? throw new UserErrorException($"equipment.{Key}: {Name}: watts are missing: the average W of each quarter of an hour of a run. They are known of a washing machine, a dishwasher and a dryer.");
        EquipmentSource.Within(Key, Name, "the number of watts", watts.Length, 1, MostQuarters, "quarters of an hour");
        foreach (var power in watts)
        {
            EquipmentSource.Within(Key, Name, "watts", power, 0, 20_000, "W");
        }

        var planned = (Runs.IsDefault ? [] : Runs).Select(run => (
            Days: WeekTimes.DaysOf(Key, Name, run.Days), Loaded: WeekTimes.TimeOf(Key, Name, run.Loaded, "08:00"), Ready: WeekTimes.TimeOf(Key, Name, run.Ready, "18:00"))).ToList();
        var runs = days.SelectMany(day => planned.Where(run => run.Days.Contains(day.DayOfWeek)).Select(run => new ApplianceRun(
            LocalDays.At(day, run.Loaded), LocalDays.At(run.Ready > run.Loaded ? day : day.AddDays(1), run.Ready)))).OrderBy(run => run.EarliestStart);
        return EquipmentSource.Checked(Key, Name, () => new ApplianceDescription(Name, watts, [.. runs]));
    }
}
