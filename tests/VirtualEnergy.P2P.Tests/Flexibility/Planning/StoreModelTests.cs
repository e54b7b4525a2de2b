using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class StoreModelTests
{
    [Fact]
    public void A_heat_pump_performs_as_Staffell_et_al_found()
    {
        // 6.81 − 0.121 × 40 + 0.000630 × 1,600 = 2.978
        Assert.Equal(2.978, HeatPumpStore.Performance(40), 9);

        // 300 W of heat at 150 W/K and 20 °C inside: it is 18 °C outside, 22 K below the flow of 40 °C: 6.81 − 2.662 + 0.30492
        var pump = new HeatPumpStore("heat pump", 2_000, PowerProfile.Constant(300), 6_500, 150, 2);
        Assert.Equal(4.45292, pump.At(new Period(0)).InYield, 9);
    }

    [Fact]
    public void A_building_loses_what_its_resistance_lets_through()
    {
        // Above the lowest temperature by 1 K: 150 W × ¼ h = 37.5 Wh of 6,500, as long as that is little of it; 300 W keep the lowest.
        var stage = new HeatPumpStore("heat pump", 2_000, PowerProfile.Constant(300), 6_500, 150, 2).At(new Period(0));
        Assert.InRange(6_500 - stage.Left(6_500) - 75, 37.0, 37.5);
    }

    [Fact]
    public void A_car_wants_its_journey_and_reserve_when_it_leaves_and_has_driven_when_it_is_back()
    {
        var car = new CarStore("car", new Energy(40_000), 3_700, [new Journey(new Period(10), new Period(20), new Energy(6_000))], new Energy(4_000), new Energy(8_000));
        Assert.Equal(10_000, car.At(new Period(9)).Wanted);
        Assert.Equal((925.0, 0.0), (car.At(new Period(9)).MostIn, car.At(new Period(9)).Use));
        Assert.Equal(0, car.At(new Period(10)).MostIn);
        Assert.Equal(6_000, car.At(new Period(19)).Use);
        Assert.Equal((925.0, 0.0), (car.At(new Period(20)).MostIn, car.At(new Period(20)).Wanted));
        bool[] isHome = [true, false, false, true];
        Assert.Equal(isHome, new[] { 9, 10, 19, 20 }.Select(t => car.IsHome(new Period(t))).ToArray());
    }

    [Fact]
    public void Journeys_that_overlap_are_refused()
    {
        var journeys = new[] { new Journey(new Period(10), new Period(20), new Energy(1)), new Journey(new Period(19), new Period(30), new Energy(1)) };
        Assert.Throws<ArgumentException>(() => new CarStore("car", new Energy(40_000), 3_700, [.. journeys], Energy.Zero, Energy.Zero));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_building_without_a_capacity_is_refused(double capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeatPumpStore("heat pump", 2_000, PowerProfile.Constant(300), capacity, 150, 2));

    [Fact]
    public void No_order_takes_a_store_beyond_what_it_can_do()
    {
        var store = new SimulatedStore(new BatteryStore("battery", new BatteryDescription(new Energy(1_000), 2_000, 2_000, initialFill: new Energy(900))));

        // 500 Wh could flow in a quarter of an hour; 100 Wh of room take 105 at 95 %, and what comes out of a full one is 500.
        Assert.Equal(105, store.Execute(new Period(0), new Energy(long.MaxValue)).WattHours);
        Assert.Equal(-500, store.Execute(new Period(1), new Energy(-long.MaxValue)).WattHours);
        Assert.InRange(store.Fill, 1_000 - 500 / 0.95 - 1, 1_000 - 500 / 0.95 + 1);
    }

    [Fact]
    public void What_is_missing_at_departure_is_counted()
    {
        var car = new SimulatedStore(new CarStore("car", new Energy(40_000), 3_700, [new Journey(new Period(1), new Period(2), new Energy(6_000))], Energy.Zero, new Energy(5_000)));

        // 925 Wh × 0.9 of 1,000 that lack: 167.5 are missing.
        _ = car.Execute(new Period(0), new Energy(925));
        Assert.Equal((1, 167.5), (car.Shortfalls, car.Missing));
    }

    [Fact]
    public void Without_a_forecast_a_day_before_is_expected()
    {
        var heat = new PowerProfile(new Period(0), [.. Enumerable.Range(0, 288).Select(i => (long)i)]);
        var pump = new HeatPumpStore("heat pump", 2_000, heat, 6_500, 150, 2);
        foreach (var (ahead, seen) in new[] { (0, 104), (95, 199), (96, 104), (143, 151) })
        {
            Assert.Equal(seen / 4.0, pump.Expected(new Period(200 + ahead), new Period(200)).Use);
        }
    }
}
