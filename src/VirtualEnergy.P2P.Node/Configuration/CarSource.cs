using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A journey that a car makes on some days of the week, by local time.</summary>
public sealed record JourneySource
{
    /// <summary>English names of days, in any case; left out, every day.</summary>
    public ImmutableArray<string> Days { get; init; } = [];

    /// <summary>When it leaves, <c>07:30</c>.</summary>
    public required string Leaves { get; init; }

    /// <summary>When it is back, the same day or, if that is earlier, the next.</summary>
    public required string Back { get; init; }

    /// <summary>What driving takes, Wh.</summary>
    public required long WattHours { get; init; }
}

/// <summary>An electric car and when it is away.</summary>
public sealed record CarSource
{
    public string Name { get; init; } = "car";

    /// <summary>Usable capacity.</summary>
    public required long CapacityWattHours { get; init; }

    /// <summary>Power of the charging point.</summary>
    public required long ChargeWatts { get; init; }

    /// <summary>Power back into the home; 0 where car or charging point cannot.</summary>
    public long DischargeWatts { get; init; }

    /// <summary>What is in it at least when it comes back; a tenth of the capacity unless told.</summary>
    public long? ReserveWattHours { get; init; }

    /// <summary>What is in it at the start; a half unless told.</summary>
    public long? FillWattHours { get; init; }

    public ImmutableArray<JourneySource> Journeys { get; init; } = [];

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal StoreModel Open(ImmutableArray<DateOnly> days)
    {
        EquipmentSource.Within("cars", Name, "capacityWattHours", CapacityWattHours, 1_000, 300_000, "Wh");
        EquipmentSource.Within("cars", Name, "chargeWatts", ChargeWatts, 500, 50_000, "W");
        EquipmentSource.Within("cars", Name, "dischargeWatts", DischargeWatts, 0, 50_000, "W");
        var planned = Journeys.Select(journey => (
            Days: WeekTimes.DaysOf("cars", Name, journey.Days), Leaves: WeekTimes.TimeOf("cars", Name, journey.Leaves, "07:30"), Back: WeekTimes.TimeOf("cars", Name, journey.Back, "07:30"), Energy: new Energy(journey.WattHours))).ToList();
        foreach (var (_, _, _, energy) in planned)
        {
            EquipmentSource.Within("cars", Name, "a journey's wattHours", energy.WattHours, 0, CapacityWattHours - (ReserveWattHours ?? CapacityWattHours / 10), "Wh beside the reserve");
        }

        var journeys = days.SelectMany(day => planned.Where(journey => journey.Days.Contains(day.DayOfWeek)).Select(journey => new Journey(
            LocalDays.At(day, journey.Leaves), LocalDays.At(journey.Back > journey.Leaves ? day : day.AddDays(1), journey.Back), journey.Energy))).OrderBy(journey => journey.Leaves);
        return EquipmentSource.Checked("cars", Name, () => new CarStore(
            Name, new Energy(CapacityWattHours), ChargeWatts, [.. journeys], new Energy(ReserveWattHours ?? CapacityWattHours / 10), new Energy(FillWattHours ?? CapacityWattHours / 2), DischargeWatts));
    }
}
