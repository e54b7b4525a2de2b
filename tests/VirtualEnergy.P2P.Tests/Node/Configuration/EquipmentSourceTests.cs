using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Configuration;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Configuration;

public sealed class EquipmentSourceTests : IDisposable
{
    // A Saturday, 12:00 UTC.
    private static readonly DateTimeOffset Now = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("equipment-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_car_leaves_and_comes_back_by_the_clock_on_the_wall_also_when_the_clocks_change()
    {
        var home = Plan("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 7400, "journeys": [ { "days": ["friday", "Monday"], "leaves": "07:30", "back": "17:15", "wattHours": 9000 } ] } ] }""");
        var car = Assert.IsType<CarStore>(Assert.Single(home.Stores));

        // Friday 27 March 2026 is winter time, 07:30 is 06:30 UTC; Monday 30 March is summer time, 05:30 UTC.
        Assert.Equal((true, false, false, true), (car.IsHome(Utc(27, 6, 15)), car.IsHome(Utc(27, 6, 30)), car.IsHome(Utc(27, 16, 0)), car.IsHome(Utc(27, 16, 15))));
        Assert.Equal((true, false, false, true), (car.IsHome(Utc(30, 5, 15)), car.IsHome(Utc(30, 5, 30)), car.IsHome(Utc(30, 15, 0)), car.IsHome(Utc(30, 15, 15))));
        Assert.True(car.IsHome(Utc(28, 12, 0)) && car.IsHome(Utc(31, 12, 0)));

        // Wanted when it leaves: the journey's 9 kWh and a tenth of 50.
        Assert.Equal(14_000, car.At(Utc(30, 5, 15)).Wanted);
        Assert.Equal(25_000, car.InitialFill);
    }

    [Fact]
    public void A_journey_over_midnight_ends_on_the_next_day()
    {
        var car = (CarStore)Plan("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 7400, "journeys": [ { "days": ["saturday"], "leaves": "22:00", "back": "05:00", "wattHours": 0 } ] } ] }""").Stores[0];
        Assert.False(car.IsHome(Utc(28, 23, 0)));

        // 05:00 from midnight of the day on which an hour is left out: five hours after 23:00 UTC.
        Assert.Equal((false, true), (car.IsHome(Utc(29, 3, 45)), car.IsHome(Utc(29, 4, 0))));
    }

    [Fact]
    public void A_heat_pump_needs_what_its_building_loses_in_the_climate_that_is_told()
    {
        // No seasons and no days: 10 °C outside, 150 W/K, 20 °C inside, less 300 W of people and sun: 1,200 W, 300 Wh a quarter of an hour.
        var pump = Plan("""{ "heatPumps": [ { "watts": 3000, "squareMetres": 120, "lossWattsPerKelvin": 150, "winterCelsius": 10, "summerCelsius": 10, "dailyKelvin": 0 } ] }""").Stores[0];
        Assert.Equal(300, pump.At(Utc(28, 12, 0)).Use);

        // 2 K of 120 m² × 165 kJ/(m² K) are 11 kWh.
        Assert.Equal(11_000, pump.At(Utc(28, 12, 0)).Ceiling, 6);

        // Coldest on 20 January, 8 °C: 150 × 12 − 300 = 1,500 W at the mean of the day, at 9 h and 21 h.
        var cold = Plan("""{ "heatPumps": [ { "watts": 3000, "squareMetres": 120, "lossWattsPerKelvin": 150 } ] }""").Stores[0];
        Assert.Equal(1_500 / 4.0, cold.At(PeriodGrid.QuarterHour.At(new DateTimeOffset(2027, 1, 20, 8, 0, 0, TimeSpan.Zero))).Use, 1.0);
    }

    [Fact]
    public void Hot_water_is_drawn_every_day_at_its_time_and_devices_stand_beside_the_households_own()
    {
        var home = Plan("""{ "waterHeaters": [ { "watts": 2000, "litres": 150, "draws": [ { "at": "07:00", "wattHours": 2000 } ] } ] }""", name: "Home 01");
        Assert.Equal([PlannedHome.Battery, "water heater"], home.Stores.Select(store => store.Name));
        var heater = home.Stores[1];

        // 2 kWh over half an hour: 1,000 Wh in each of two quarters of an hour, from 06:00 UTC in winter.
        Assert.Equal([0.0, 1_000, 1_000, 0], new[] { (5, 45), (6, 0), (6, 15), (6, 30) }.Select(at => heater.At(Utc(28, at.Item1, at.Item2)).Use));
    }

    [Fact]
    public void Freezers_cogeneration_lights_and_wind_are_described_too()
    {
        var home = Plan("""
            { "freezers": [ { "kilowattHoursAYear": 250 } ], "cogeneration": [ { "gasCentPerKWh": 10, "lossWattsPerKelvin": 150, "winterCelsius": 10, "summerCelsius": 10, "dailyKelvin": 0 } ],
              "lights": [ { "watts": 200, "from": "22:00", "until": "01:00" } ], "wind": { "ratedWatts": 2000, "meanSpeed": 5 } }
            """);
        Assert.Equal(["freezer", "cogeneration"], home.Stores.Select(store => store.Name));

        // 1,200 W of heat make 300 Wh of room, beside what the tank loses of what is in it.
        Assert.Equal(-300, home.Stores[1].At(Utc(28, 12, 0)).Use, 25.0);

        // 22:00 in Italy is 21:00 UTC in winter.
        Assert.Equal([0L, 200, 200, 0], new[] { (20, 45), (21, 0), (23, 45), (0, 0) }.Select(at => home.Lights[0].Watts.At(Utc(28, at.Item1, at.Item2))));

        // Of Rayleigh winds of 5 m/s a turbine that is rated at 11 m/s makes something like a fifth of its power over a year.
        var watts = Enumerable.Range(0, 35_000).Average(t => home.Wind!.Production.At(new Period(Utc(28, 12, 0).Index + t)));
        Assert.InRange(watts, 250, 500);
    }

    [Fact]
    public void An_appliance_is_loaded_and_wanted_by_the_clock_on_the_wall_on_its_days()
    {
        var home = Plan("""
            { "appliances": [
              { "name": "dryer", "runs": [ { "days": ["Friday", "monday"], "loaded": "08:00", "ready": "18:00" } ] },
              { "name": "bread machine", "watts": [300, 200], "runs": [ { "loaded": "22:00", "ready": "06:30" } ] } ] }
            """).Home;
        Assert.Equal(["dryer", "bread machine"], home.Appliances.Select(appliance => appliance.Name));

        // Friday 27 March 2026 is winter time, Monday 30 March summer time: 08:00 is 07:00 and 06:00 UTC.
        var dries = home.Appliances[0].Runs;
        Assert.Contains(new ApplianceRun(Utc(27, 7, 0), Utc(27, 17, 0)), dries);
        Assert.Contains(new ApplianceRun(Utc(30, 6, 0), Utc(30, 16, 0)), dries);
        Assert.DoesNotContain(dries, run => run.EarliestStart >= Utc(28, 0, 0) && run.EarliestStart < Utc(30, 6, 0));
        Assert.Equal([900L, 850, 800, 700, 500], home.Appliances[0].ProfileWatts); // as the generated homes'

        // Every night, until the next morning.
        Assert.Contains(new ApplianceRun(Utc(30, 20, 0), Utc(31, 4, 30)), home.Appliances[1].Runs);
        Assert.True(home.Appliances[1].Runs.Length > 365);
    }

    [Theory]
    [InlineData("""{ "appliances": [ { "name": "mangle" } ] }""", "equipment.appliances: mangle: watts are missing")]
    [InlineData("""{ "appliances": [ { "name": "dryer", "runs": [ { "loaded": "8", "ready": "18:00" } ] } ] }""", "equipment.appliances: dryer: \"8\" is no time of day; write 08:00.")]
    [InlineData("""{ "appliances": [ { "name": "dryer", "runs": [ { "days": ["caturday"], "loaded": "08:00", "ready": "18:00" } ] } ] }""", "\"caturday\" is no day; write monday to sunday.")]
    [InlineData("""{ "appliances": [ { "name": "dryer", "runs": [ { "loaded": "08:00", "ready": "08:30" } ] } ] }""", "equipment.appliances: dryer: ")]
    [InlineData("""{ "appliances": [ { "name": "oven", "watts": [1000000], "runs": [] } ] }""", "watts is 1000000; 0 to 20000 W are possible.")]
    [InlineData("""{ "appliances": [ { "name": "a", "watts": [1] }, { "name": "a", "watts": [1] } ] }""", "each with a name of its own")]
    [InlineData("""{ "appliances": [ { "name": "oven", "watts": [20000] } ] }""", "the connection carries 3000 W; connection_w in homes.csv says what it carries.")]
    [InlineData("""{ "freezers": [ { "kilowattHoursAYear": 900, "watts": 100 } ] }""", "must take more than the mean of 103 W")]
    [InlineData("""{ "cogeneration": [ { "gasCentPerKWh": 10, "lossWattsPerKelvin": 150, "electricalEfficiency": 0.7 } ] }""", "equipment.cogeneration: cogeneration: A unit gives at least as much heat as electricity")]
    [InlineData("""{ "lights": [ { "watts": 100, "from": "6 pm", "until": "23:00" } ] }""", "\"6 pm\" is no time of day; write 18:00.")]
    [InlineData("""{ "lights": [ { "watts": 100, "from": "18:00", "until": "23:00" }, { "watts": 100, "from": "18:00", "until": "23:00" } ] }""", "each device needs a name of its own")]
    [InlineData("""{ "wind": { "ratedWatts": 2000, "meanSpeed": 1e308 } }""", "meanSpeed is 1E+308; 0.5 to 20 m/s are possible.")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 0 } ] }""", "equipment.cars: car: chargeWatts is 0; 500 to 50000 W are possible.")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 3700, "journeys": [ { "leaves": "7:30", "back": "17:00", "wattHours": 1 } ] } ] }""", "\"7:30\" is no time of day; write 07:30.")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 3700, "journeys": [ { "days": ["3"], "leaves": "07:30", "back": "17:00", "wattHours": 1 } ] } ] }""", "\"3\" is no day; write monday to sunday.")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 3700, "journeys": [ { "leaves": "07:30", "back": "17:00", "wattHours": 46000 } ] } ] }""", "a journey's wattHours is 46000; 0 to 45000 Wh beside the reserve are possible.")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 3700, "journeys": [ { "leaves": "07:30", "back": "17:00", "wattHours": 1 }, { "leaves": "12:00", "back": "13:00", "wattHours": 1 } ] } ] }""", "overlaps the one before")]
    [InlineData("""{ "cars": [ { "capacityWattHours": 50000, "chargeWatts": 3700 }, { "capacityWattHours": 50000, "chargeWatts": 3700 } ] }""", "each device needs a name of its own")]
    [InlineData("""{ "heatPumps": [ { "watts": 3000, "squareMetres": 1e308, "lossWattsPerKelvin": 150 } ] }""", "squareMetres is 1E+308; 10 to 2000 m² are possible.")]
    [InlineData("""{ "waterHeaters": [ { "watts": 2000, "litres": -1 } ] }""", "litres is -1; 5 to 5000 litres are possible.")]
    [InlineData("""{ "waterHeaters": [ { "watts": 2000, "litres": 50, "draws": [ { "at": "24:00", "wattHours": 1 } ] } ] }""", "\"24:00\" is no time of day; write 07:00.")]
    public void What_cannot_be_is_refused_in_one_line(string equipment, string message) =>
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => Plan(equipment)).Message, StringComparison.Ordinal);

    private static Period Utc(int day, int hour, int minute) => PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 3, day, hour, minute, 0, TimeSpan.Zero));

    // Home 02 of seed 1 has neither plant nor battery.
    private PlannedHome Plan(string equipment, string name = "Home 02")
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        File.WriteAllText(path, $$"""{ "broker": "mqtt://127.0.0.1", "household": { "homes": 2, "name": "{{name}}", "firstDay": "2026-03-25" }, "equipment": {{equipment}} }""");
        var config = HomeConfig.Read(path);
        return config.Plan(config.Household.Open(), Now);
    }
}
