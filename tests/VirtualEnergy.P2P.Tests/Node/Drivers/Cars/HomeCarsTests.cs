using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Cars;

public sealed class HomeCarsTests : IDisposable
{
    private static readonly DateOnly Monday = new(2026, 11, 30);
    private static readonly Energy Capacity = new(50_000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-cars-");
    private readonly KeptLog _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory.cars");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_a_car_did_is_learned_and_outlives_a_restart()
    {
        // Two weeks: every day from 8:00 to 12:00 with 8 kWh, looked at each quarter of an hour; the node is started anew at noon of each day but Sunday, while the car is away.
        var cars = Open();
        for (var period = At(Monday.AddDays(-14), "00:00"); period < At(Monday, "00:00"); period = period.Next)
        {
            var hour = LocalDays.Start(period).TimeOfDay.TotalHours;
            _ = Look(cars, period, hour is >= 8 and < 12 ? null : hour < 8 ? 40_000 : 32_000);
            cars = hour == 11 ? Open() : cars;
        }

        var expected = Look(cars, At(Monday, "00:00"), 40_000);
        Assert.Equal(new Journey(At(Monday, "08:00"), At(Monday, "12:00"), new Energy(8_000)), expected[0]);
        Assert.Equal(expected, Look(Open(), At(Monday, "00:00"), 40_000));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void The_members_calendar_goes_before_what_was_learned_and_only_on_its_days()
    {
        var planned = new CarStore("car", Capacity, 7_000, [new Journey(At(Monday.AddDays(1), "05:00"), At(Monday.AddDays(2), "06:00"), new Energy(60_000))], Energy.Zero, Energy.Zero);
        var expected = Look(Open(planned), At(Monday, "12:00"), 20_000);

        // The journey to the sea takes what is possible of 50 kWh, 90 %; on the day of the return she is back before seven.
        Assert.Equal(new Journey(At(Monday.AddDays(1), "05:00"), At(Monday.AddDays(2), "06:00"), new Energy(45_000)), expected[0]);
        Assert.Equal(new Journey(At(Monday.AddDays(2), "07:00"), At(Monday.AddDays(2), "07:15"), new Energy(10_000)), expected[1]);
        Assert.Equal(6, expected.Length);
    }

    [Fact]
    public void A_cable_that_is_out_for_a_quarter_of_an_hour_is_no_journey_and_a_node_that_did_not_look_knows_of_none()
    {
        var diary = new CarDiary(PeriodGrid.QuarterHour);
        diary.Look(new Period(100), true, new Energy(20_000));
        diary.Look(new Period(101), false, null);
        diary.Look(new Period(102), true, new Energy(19_900)); // flapping
        Assert.Empty(diary.Journeys);

        diary.Look(new Period(103), false, null);
        diary.Look(new Period(104), true, new Energy(15_000)); // short, and far
        Assert.Equal([new Journey(new Period(103), new Period(104), new Energy(4_900))], diary.Journeys);

        diary.Look(new Period(130), false, null); // nobody looked for more than six hours
        diary.Look(new Period(140), true, new Energy(1_000));
        Assert.Single(diary.Journeys);

        Assert.False(diary.Look(new Period(20), false, null)); // a clock that went back
        Assert.Single(diary.Journeys);
    }

    [Fact]
    public void One_that_is_connected_and_silent_is_at_home_and_what_it_took_is_known_when_it_speaks()
    {
        var cars = Open();
        Look(cars, new Period(100), 20_000);
        cars.Look("car", new Period(104), null, isConnected: true, Capacity);
        cars.Look("car", new Period(105), null, isConnected: false, Capacity);
        cars.Look("car", new Period(108), null, isConnected: true, Capacity); // back, and says nothing yet
        Look(cars, new Period(109), 12_000);
        Assert.Contains("\"journeys\":[[105,109,8000]]", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"cars":{"car":null}}""")]
    [InlineData("""{"cars":{"car":{"days":[-1],"journeys":[],"left":null}}}""")]
    [InlineData("""{"cars":{"car":{"days":[],"journeys":[[2,1,0]],"left":null}}}""")]
    [InlineData("""{"cars":{"car":{"days":[],"journeys":[[1,2,-5]],"left":null}}}""")]
    [InlineData("""{"cars":{"car":{"days":[],"journeys":[[1,3,0],[2,4,0]],"left":null}}}""")]
    [InlineData("""{"cars":{"car":{"days":[],"journeys":[],"left":[1]}}}""")]
    [InlineData("""{"cars":{"car":{"days":[],"journeys":[],"left":[1,9223372036854775807]}}}""")]
    public void A_file_that_is_something_else_is_set_aside_with_one_line_and_the_home_goes_on(string content)
    {
        File.WriteAllText(Path, content);
        Assert.NotEmpty(Look(Open(), At(Monday, "12:00"), 20_000));
        Assert.Single(_log.Warnings);
        Assert.Equal(content, File.ReadAllText(Path + ".broken"));
    }

    private static Period At(DateOnly day, string time) => LocalDays.At(day, TimeOnly.ParseExact(time, "HH:mm"));

    private static ImmutableArray<Journey> Look(HomeCars cars, Period now, long? fill) => cars.Look("car", now, fill is { } known ? new Energy(known) : null, false, Capacity);

    private HomeCars Open(params StoreModel[] planned) => new(planned, Path, _log);
}
