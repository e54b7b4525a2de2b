using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers.Cars;

/// <summary>
/// A home's real cars: what each is expected to do, by the member's calendar on days of which it says something, and on others by what the car did before. Not safe for concurrent use.
/// </summary>
public sealed class HomeCars
{
    /// <summary>A choice: some 50 km at 20 kWh for 100 km, losses of charging aside.</summary>
    private static readonly Energy UsualJourney = new(10_000);

    /// <summary>Of a car's usable capacity no journey is expected to take more than this, %.</summary>
    private const int MostPercent = 90;

    private readonly ImmutableDictionary<string, ImmutableArray<Journey>> _calendars;
    private readonly KeptFile<Kept> _file;
    private readonly Dictionary<string, CarDiary> _diaries = [];

    /// <param name="planned">Cars that the configuration describes: their journeys are the member's calendar.</param>
    /// <param name="path">Where diaries outlive a restart; null forgets them.</param>
    public HomeCars(IEnumerable<StoreModel> planned, string? path, ILogger logger)
    {
        _calendars = planned.OfType<CarStore>().ToImmutableDictionary(car => car.Name, car => car.Journeys);
        _file = new KeptFile<Kept>(path, "what the home knows of its cars begins", logger);
        foreach (var (name, car) in _file.Read(IsSound)?.Cars ?? [])
        {
            _diaries[name] = CarDiary.Of(
                PeriodGrid.QuarterHour, car.Journeys.Select(row => new Journey(new Period(row[0]), new Period(row[1]), new Energy(row[2]))), car.Days,
                car.Left is [var at, var fill] ? (new Period(at), new Energy(fill)) : null);
        }
    }

    /// <summary>The car is looked at, and what it is expected to do is said, in quarters of an hour.</summary>
    /// <param name="name">The name under which it is planned.</param>
    /// <param name="fill">What is in it, Wh; null while it is away, or says nothing.</param>
    /// <param name="isConnected">Whether it says that it is connected, whatever it says of its fill.</param>
    /// <param name="capacity">Wh.</param>
    /// <returns>In order; journeys of the coming days where it is at home.</returns>
    public ImmutableArray<Journey> Look(string name, Period now, Energy? fill, bool isConnected, Energy capacity)
    {
        var grid = PeriodGrid.QuarterHour;
        if (!_diaries.TryGetValue(name, out var diary))
        {
            _diaries[name] = diary = new CarDiary(grid);
        }

        // What a journey took is known when it says how full it is again.
        if (diary.Look(now, fill is not null || (isConnected && diary.Left is null), fill))
        {
            _file.Write(new Kept(_diaries.ToDictionary(known => known.Key, known => Of(known.Value))));
        }

        var most = new Energy(capacity.WattHours * MostPercent / 100);
        var expected = JourneyForecast.Expected(diary.Journeys, diary.Days, now, grid, UsualJourney);
        var calendar = _calendars.GetValueOrDefault(name, []).SkipWhile(journey => journey.Leaves <= now).TakeWhile(journey => journey.Leaves.Index < now.Index + 7 * 96).ToList();
        var said = calendar.Select(journey => JourneyForecast.DayOf(journey.Leaves, grid)).ToHashSet();
        var all = calendar.Concat(expected.Where(journey => !said.Contains(JourneyForecast.DayOf(journey.Leaves, grid)))).OrderBy(journey => journey.Leaves);
        var row = ImmutableArray.CreateBuilder<Journey>();
        foreach (var journey in all.Where(journey => row.Count == 0 || journey.Leaves >= row[^1].Back))
        {
            row.Add(journey with { Energy = Energy.Min(journey.Energy, most) });
        }

        return row.DrainToImmutable();
    }

    private static KeptCar Of(CarDiary diary) => new(
        [.. diary.Days], [.. diary.Journeys.Select(journey => (long[])[journey.Leaves.Index, journey.Back.Index, journey.Energy.WattHours])],
        diary.Left is { } left ? [left.At.Index, left.Fill.WattHours] : null);

    private static bool IsSound(Kept kept) => kept.Cars is { Count: <= DeviceBook.MostDevices } && kept.Cars.Values.All(IsSound);

    private static bool IsSound(KeptCar? car)
    {
        if (car is not { Days: { Length: <= JourneyForecast.MostDays + 1 } days, Journeys: { Length: <= CarDiary.MostJourneys } journeys } || car.Left is not (null or [>= 0 and < int.MaxValue, >= 0 and < int.MaxValue])
            || days.Any(day => day < 0 || day > DateOnly.MaxValue.DayNumber))
        {
            return false;
        }

        var last = 0L;
        foreach (var row in journeys)
        {
            if (row is not [var leaves, var back, >= 0 and < int.MaxValue] || leaves < last || back <= leaves || back >= int.MaxValue)
            {
                return false;
            }

            last = back;
        }

        return true;
    }

    private sealed record Kept(Dictionary<string, KeptCar> Cars);

    /// <param name="Days">Days that were seen.</param>
    /// <param name="Journeys">Leaves, back, Wh, each.</param>
    /// <param name="Left">Since when it is away, and what was in it; null where it is at home.</param>
    private sealed record KeptCar(int[] Days, long[][] Journeys, long[]? Left);
}
