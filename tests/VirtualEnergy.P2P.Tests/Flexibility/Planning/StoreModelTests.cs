using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
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
    public void A_freezer_takes_what_its_label_says_to_stay_at_18_below()
    {
        // 175.2 kWh a year are 20 W; at a performance of 1.6 a leak of 32 W, 0.8 W/K over 40 K; 60 kg hold 33.3 Wh/K.
        var freezer = new FreezerStore("freezer", 175.2, 80);
        var stage = freezer.At(new Period(0));
        Assert.Equal(8, stage.Use, 9); // 32 W for a quarter of an hour
        Assert.Equal(200, stage.Ceiling, 9); // 6 K
        Assert.Equal(0, stage.After(0, 20 * 0.25), 9); // 5 Wh of electricity in a quarter of an hour keep it
        Assert.Equal(Math.Exp(-0.25 * 0.8 / (60 * 2_000 / 3_600.0)), stage.Keep, 9);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FreezerStore("freezer", 175.2, 20));
    }

    [Fact]
    public void A_kilowatt_hour_of_cogeneration_costs_its_gas_less_the_boilers()
    {
        // 10 ct: 1 kWh takes 1 ÷ 0.263 = 3.8023 kWh of gas and spares 2.5 ÷ 0.95 = 2.6316: 11.707 ct.
        var cost = CogenerationCost.Usual(new Price(100_000));
        Assert.Equal(117_070, cost.MicroEurPerKWh, 0);

        var unit = new CogenerationStore("unit", 1_000, cost, PowerProfile.Constant(2_000), litres: 300, span: 30, standingWatts: 0);
        var stage = unit.At(new Period(0));
        Assert.Equal(300 * 30 * 1.163, stage.Ceiling, 9);

        // Full of heat: no room, no electricity. 500 Wh of heat are taken, and make room for 200 Wh of electricity.
        Assert.Equal(500, stage.Left(0));
        Assert.Equal(0, stage.After(0, -200), 9);
    }

    [Theory]
    [InlineData(0.6, 0.3)] // more electricity than heat
    [InlineData(0.3, 0.9)] // more than the fuel holds
    [InlineData(0, 0.9)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(0.3, double.NaN)]
    public void Efficiencies_that_cannot_be_are_refused(double electrical, double heat) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new CogenerationStore("unit", 1_000, new CogenerationCost(new Price(100_000), electrical, heat, 0.9), PowerProfile.Constant(0)));

    [Theory]
    [InlineData(2.9, 0)]
    [InlineData(3, 0)]
    [InlineData(8, 372)] // (512 − 27) ÷ (1331 − 27) of 1,000 = 371.9
    [InlineData(11, 1_000)]
    [InlineData(25, 1_000)]
    [InlineData(25.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(1e308, 0)]
    [InlineData(-5, 0)]
    public void Wind_gives_by_the_cube_of_its_speed(double speed, long watts) => Assert.Equal(watts, new PowerCurve(1_000).At(speed));

    [Fact]
    public void A_wind_that_blew_is_expected_to_become_the_mean_of_the_day()
    {
        // 95 calm quarters of an hour and one of 960 W: 240 Wh, a mean of 2.5. After six hours an e-th of the difference is left.
        var turbine = new WindTurbine(new PowerProfile(new Period(0), [.. new long[95], 960]));
        var expected = turbine.Expected(new Period(96), 96, PeriodGrid.QuarterHour);
        Assert.Equal(2.5 + 237.5 * Math.Exp(-0.25 / 6), expected[0], 9);
        Assert.Equal(2.5 + 237.5 / Math.E, expected[23], 9);
    }

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
    public void Heat_is_expected_as_on_the_days_before_and_what_lasts_of_todays_deviation()
    {
        // Heat that rises by 1 W a period lies 96 W above the day before and 192 above the one before that: 144 above their mean, of which e⁻¹ is left after two days.
        // After 0, 23.75, 24 and 35.75 hours: 144, 87.8, 87.3, 68.4 W.
        var pump = new HeatPumpStore("heat pump", 2_000, new PowerProfile(new Period(0), [.. Enumerable.Range(0, 288).Select(i => (long)i)]), 6_500, 150, 2);
        var expected = pump.Expected(new Period(200), 144);
        foreach (var (ahead, watts) in new[] { (0, 56 + 144), (95, 151 + 88), (96, 56 + 87), (143, 103 + 68) })
        {
            Assert.Equal(watts / 4.0, expected[ahead].Use);
        }

        // What is needed beyond is heated in the quarter of an hour in which it is seen.
        Assert.All(expected, stage => Assert.Equal(0, stage.Wanted));
    }

    [Fact]
    public void A_tank_is_ready_for_the_usual_draw_and_not_any_longer_when_it_has_come()
    {
        // 1,000 Wh in each of two periods from 7:00 on, for four days; 500 Wh can be heated in a period.
        var before = Tank(4).Expected(new Period(4 * 96), 96);
        Assert.Equal((0.0, 1_000.0, 1_000.0, 0.0), (before[27].Use, before[28].Use, before[29].Use, before[30].Use));

        // Days that were all alike tell half of a fourth more, and 10 Wh are for rounding. The draw may come an hour and a half early. Its second period could then be period 23: of
        // periods 21 to 23 each heats 500, which leaves 500 to be kept at the end of 20; of 22 and 23 two heat, which leaves 1,000. When it is due, all of it could have been drawn
        // already, and none of it was expected.
        Assert.Equal((0.0, 572.5, 1_135.0, 2_260.0), (before[19].Wanted, before[20].Wanted, before[21].Wanted, before[27].Wanted));

        var after = Tank(5).Expected(new Period(4 * 96 + 30), 16);
        Assert.All(after, stage => Assert.Equal((0.0, 0.0), (stage.Use, stage.Wanted)));
    }

    [Fact]
    public void A_draw_that_is_twice_the_usual_so_far_is_expected_to_go_on_so()
    {
        // 2,000 Wh more, half of a fourth beyond that, and 10 Wh for rounding.
        var under = Tank(5, today: 8_000).Expected(new Period(4 * 96 + 29), 2);
        Assert.Equal((2_000.0, 260.0), (under[0].Use, under[0].Wanted));
        Assert.Equal(0, under[1].Use);
    }

    [Fact]
    public void A_tank_that_differed_from_day_to_day_keeps_what_days_lie_apart_beyond_the_most()
    {
        // 1,000 Wh in each of two periods on three days and 500 on one; at the end of 27 all of it may be over: 2,000 at most, 1,000 at least, two thirds of the difference, 10 Wh.
        long[] watts = [4_000, 2_000, 4_000, 4_000];
        var tank = new WaterHeaterStore(
            "water heater", 2_000, 150, new PowerProfile(new Period(0), [.. Enumerable.Range(0, 4 * 96).Select(t => t % 96 is 28 or 29 ? watts[t / 96] : 0L)]), 60, 25);
        Assert.Equal(2_000 + 2_000 / 3.0 + 10, tank.Expected(new Period(4 * 96), 96)[27].Wanted, 6);
    }

    [Fact]
    public void A_draw_that_is_seen_is_held_against_what_such_draws_went_on_with()
    {
        // After the first of two periods of 1,000 Wh another 1,000 come, half of a fourth beyond, 10 Wh; 500 of them are heated meanwhile. Before and after nothing is due.
        var tank = Tank(5);
        Assert.Equal((0.0, 635.0, 0.0), (tank.NeededAfter(new Period(4 * 96 + 27)), tank.NeededAfter(new Period(4 * 96 + 28)), tank.NeededAfter(new Period(4 * 96 + 29))));
    }

    [Fact]
    public void Before_a_day_is_over_a_tank_is_kept_nearly_full() =>
        Assert.All(Tank(1).Expected(new Period(40), 8), stage => Assert.Equal((0.0, 0.9 * 150 * 25 * 1.163), (stage.Use, stage.Wanted)));

    private static WaterHeaterStore Tank(int days, long today = 4_000) => new(
        "water heater", 2_000, 150,
        new PowerProfile(new Period(0), [.. Enumerable.Range(0, days * 96).Select(t => t % 96 is not (28 or 29) ? 0L : t / 96 == 4 ? today : 4_000L)]), 60, 25);
}
