using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class SharedConnectionTests
{
    private const int Leaves = 31;
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void A_car_that_waits_for_a_market_that_sells_nothing_leaves_full_beside_a_water_heater_that_waits_too()
    {
        // 4.5 kW are 1,125 Wh a period, of which the car takes at most 925. It has 9.4 kWh and wants 10.6 + 4: 5,778 Wh at the terminals, 6.2 periods. The tank holds 2.0 kWh
        // when 4.5 are drawn and heats 500 Wh in each of the five periods before that is over: then 625 are left for the car, 4 × 625 + 3 × 925 = 5,275 from period 24 on.
        var tank = new WaterHeaterStore("water heater", 2_000, 150, Homes.Profile([.. Enumerable.Range(0, 96).Select(t => t is 26 or 27 ? 9_000L : 0)]), 60, 25);
        var agent = AfterTheNight([Car("car", 9_400, 10_600), tank]);
        Assert.All(agent.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
    }

    [Fact]
    public void Two_cars_that_leave_at_once_both_leave_full()
    {
        // Each wants 5,000 ÷ 0.9 = 5,556 Wh, six periods of its own; 11,112 Wh together are ten of the connection's 1,125.
        var agent = AfterTheNight([Car("car", 5_000, 6_000), Car("second car", 5_000, 6_000)]);
        Assert.All(agent.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
    }

    [Fact]
    public void Waiting_ends_when_the_rest_takes_all_the_time_that_is_left()
    {
        // 1,200 Wh are drawn at the end, 500 Wh a period can be charged: 200 in the second period at the latest. With 300 Wh of room in the last it is 400.
        StoreStage[] stages = [Tank(0), Tank(0), Tank(0), Tank(1_200)];
        Assert.Equal([0, 200, 500, 500], LatestCharge.Of(stages, 0, [500, 900, 500, 500]));
        Assert.Equal([0, 400, 500, 300], LatestCharge.Of(stages, 0, [500, 500, 500, 300]));

        // What is in it already is not charged.
        Assert.Equal([0, 0, 0, 500], LatestCharge.Of(stages, 700, [500, 500, 500, 500]));
    }

    [Fact]
    public void What_leaks_while_it_waits_is_charged_too()
    {
        // Half leaks in a period. Of 400 Wh drawn, 300 can be charged in that period; 200 before it leave the other 100.
        Assert.Equal([200, 300], LatestCharge.Of([Tank(0) with { Keep = 0.5 }, Tank(400) with { Keep = 0.5 }], 0, [500, 300]));
    }

    [Fact]
    public void A_wanted_level_is_reached_with_what_a_charge_yields()
    {
        // 600 Wh of heat at a yield of 3 are 200 Wh; only 150 fit into the period in which they are wanted.
        var heated = Tank(0) with { InYield = 3 };
        Assert.Equal([50, 150], LatestCharge.Of([heated, heated with { Wanted = 600 }], 0, [150, 150]));
    }

    private static StoreStage Tank(double use) => new(-1_000, 2_000, 0, 1, use, 500, 0, 1, 1, 0);

    private static CarStore Car(string name, long fill, long journey) => new(
        name, new Energy(40_000), 3_700, [new Journey(Homes.At(Leaves), Homes.At(70), new Energy(journey))], new Energy(4_000), new Energy(fill));

    // All that comes is known but the market: a price below the supplier's is expected in each period, and in none does anybody sell.
    private static PlanningAgent AfterTheNight(ImmutableArray<StoreModel> stores)
    {
        var home = new PlannedHome(new HomeDescription("home", 4_500, PowerProfile.Constant(0), null, null, []), stores);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => new Outlook(new double[96], new double[96], [[.. Enumerable.Repeat(277_100.0, 96)]])
        {
            KnowsSun = true,
            Haste = 1_000,
            Stages = [.. home.Stores.Select(store => Enumerable.Range(0, 96).Select(t => store.At(new Period(now.Index + t))).ToArray())],
        });
        for (var t = 0; t < Leaves; t++)
        {
            Assert.InRange(agent.Deliver(Homes.At(t), null, Energy.Zero).Net.WattHours, 0, 1_125);
        }

        return agent;
    }
}
