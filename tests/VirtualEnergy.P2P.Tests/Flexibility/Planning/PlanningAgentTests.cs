using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class PlanningAgentTests
{
    private const int Days = 2;
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void Whatever_the_market_answers_bids_are_admissible_and_everything_is_kept() =>
        Gen.Select(Gen.Int[0, 100_000], Homes.Results).Sample(
            (seed, results) =>
            {
                var home = Home(seed);
                var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), Courses(home, seed));
                var limit = home.Home.ConnectionWatts / 4;
                for (var t = 0; t < Days * 96; t++)
                {
                    var steps = agent.BidFor(Homes.At(t));
                    Homes.IsAdmissible((steps.Buy, steps.Sell), home.Home, Homes.At(t));
                    var result = results[t % results.Length];
                    var price = new Price(result.PriceTicks * Homes.Rules.TickMicroEurPerKWh);
                    var traded = result.Silent ? Energy.Zero : Homes.Traded((steps.Buy, steps.Sell), price, result.MarginalPermille);
                    var delivery = agent.Deliver(Homes.At(t), result.Silent ? null : price, traded);
                    Assert.InRange(delivery.Net.WattHours, -limit - 1, limit + 1);
                    Assert.True(delivery.Production >= Energy.Zero);
                }

                Assert.All(agent.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
                Assert.Equal(home.Home.Appliances.Sum(appliance => appliance.Runs.Length), agent.FinishedRuns);
            },
            iter: 12);

    [Fact]
    public void A_plan_alone_costs_less_than_devices_by_themselves()
    {
        var home = Home(1);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => Known(home, now, []));
        var planned = Enumerable.Range(0, Days * 96).Sum(t => Tariff.At(Homes.At(t)).CostOf(agent.Deliver(Homes.At(t), null, Energy.Zero).Net).MicroEur);

        // Without a plan: the load and the plant alone already leave this to buy and sell, and the car's and heat pump's energy comes on top.
        var without = Enumerable.Range(0, Days * 96).Sum(t => Tariff.At(Homes.At(t)).CostOf(
            Homes.Rules.Grid.EnergyOf(home.Home.Load.At(Homes.At(t))) - Homes.Rules.Grid.EnergyOf(home.Home.Photovoltaics!.At(Homes.At(t)))).MicroEur);
        var needed = agent.Stores.Where(store => store.Model is not BatteryStore).Sum(store => store.Charged.WattHours);
        Assert.True(planned < without + needed * 280, $"{planned} µEUR planned, {without} + {needed} Wh × 280 without");
    }

    [Fact]
    public void What_is_drawn_unexpectedly_is_heated_while_it_is_drawn_and_not_bid_for()
    {
        // Half of 150 l × 25 K × 1.163 Wh/(l K) is 2,180.625 Wh, of which 60 W ÷ 4,361.25 Wh × 15 min leak: 0.343 %. 2,000 Wh leave 173.1, of which 172.5 are left, and 400 Wh need 227.5 more.
        var tank = new WaterHeaterStore("water heater", 2_000, 150, new PowerProfile(Homes.At(0), [8_000, 1_600, .. new long[94]]), 60, 25);
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0), null, null, []), [tank]);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Outlook.Unknown(8) with
        {
            Stages = [[.. Enumerable.Repeat(tank.At(Homes.At(2)), 8)]],
        });
        Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(0), null, Energy.Zero).Net);
        Assert.True(agent.BidFor(Homes.At(1)).Buy.IsEmpty);
        Assert.Equal(228, agent.Deliver(Homes.At(1), null, Energy.Zero).Net.WattHours);
        Assert.Equal(0, agent.Stores[0].Shortfalls);
    }

    [Fact]
    public void A_battery_bids_its_marginal_value()
    {
        // 10 kWh, empty, 95 % each way, wear 1 ct. Now any price, then a day at 30 ct: a kWh bought brings 0.95 × 0.95 kWh later.
        var battery = new BatteryDescription(new Energy(10_000), 4_000, 4_000);
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0), battery: battery) { MarginPermille = 0 }, []);
        var agent = new PlanningAgent(
            home, Homes.Rules, SupplierTariff.Flat(new Price(300_000), new Price(0)), new HomePlanner(),
            _ => new Outlook(new double[96], new double[96], [[.. Enumerable.Repeat(300_000.0, 96)]]) { EndPrice = 0, Haste = 0 });
        var steps = agent.BidFor(Homes.At(0));
        Assert.Empty(steps.Sell);

        // 0.95² × 300,000 − 10,000 = 260,750 less a day's self-discharge of some hundred µEUR; all of the 4 kW of a quarter of an hour.
        var step = Assert.Single(steps.Buy);
        Assert.Equal(1_000, step.Energy.WattHours);
        Assert.InRange(step.Price.MicroEurPerKWh, 259_900, 260_750);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1e308)]
    [InlineData(1e308)]
    public void Without_a_forecast_that_can_be_everything_is_kept_all_the_same(double nonsense)
    {
        var home = Home(2);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => new Outlook([nonsense], [0], []));
        for (var t = 0; t < Days * 96; t++)
        {
            Assert.InRange(agent.Deliver(Homes.At(t), null, Energy.Zero).Net.WattHours, -1_501, 1_501);
        }

        Assert.All(agent.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
        Assert.Equal(2, agent.FinishedRuns);
    }

    [Fact]
    public void A_forecaster_that_fails_is_told_of_and_the_home_runs_as_without_one()
    {
        var home = Home(2);
        var problems = new List<string>();
        var failing = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => throw new InvalidOperationException("no weather"))
        {
            Failed = (_, problem) => problems.Add(problem),
        };
        var without = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Outlook.Unknown(96));
        for (var t = 0; t < Days * 96; t++)
        {
            Assert.Equal(without.Deliver(Homes.At(t), null, Energy.Zero).Net, failing.Deliver(Homes.At(t), null, Energy.Zero).Net);
        }

        Assert.Equal(Enumerable.Repeat("no weather", Days * 96), problems);
        Assert.All(failing.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
    }

    [Fact]
    public void A_forecast_of_impossible_size_or_of_stores_that_cannot_be_is_none()
    {
        static Outlook Of(int periods, int courses, StoreStage? stage = null) =>
            new(new double[periods], new double[periods], [.. Enumerable.Repeat(new double[periods], courses)]) { Stages = stage is { } one ? [[.. Enumerable.Repeat(one, periods)]] : [] };

        var tank = new StoreStage(0, 4_000, 0, 1, 100, 500, 0, 1, 1, 0);
        Assert.True(Of(2_880, 64, tank).IsSound);
        Outlook[] unsound =
        [
            Of(0, 0), Of(2_881, 0), Of(1, 65), Of(1, 0, tank with { Keep = 0 }), Of(1, 0, tank with { Use = double.NaN }),
            Of(1, 0, tank with { Floor = 5_000 }), Of(1, 0, tank with { InYield = 1e308 }), Of(1, 0) with { Prices = [[1e308]] },
        ];
        Assert.All(unsound, outlook => Assert.False(outlook.IsSound));
    }

    [Fact]
    public void Periods_that_were_left_out_run_without_a_result()
    {
        var (one, two) = (Agent(), Agent());
        for (var t = 0; t < 40; t++)
        {
            _ = one.Deliver(Homes.At(t), null, Energy.Zero);
        }

        _ = two.Deliver(Homes.At(0), null, Energy.Zero);
        _ = two.Deliver(Homes.At(39), null, Energy.Zero);
        Assert.Equal(one.Stores.Select(store => store.Fill).ToArray(), two.Stores.Select(store => store.Fill).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => two.Deliver(Homes.At(39), null, Energy.Zero));

        static PlanningAgent Agent()
        {
            var home = Home(4);
            return new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => Known(home, now, []));
        }
    }

    /// <summary>A home with everything; numbers by seed.</summary>
    internal static PlannedHome Home(int seed)
    {
        var random = VirtualEnergy.P2P.Node.Households.SplitMix64.For((ulong)seed);
        long[] load = [.. Enumerable.Range(0, Days * 96).Select(_ => (long)random.Between(80, 900))];
        long[] sun = [.. Enumerable.Range(0, Days * 96).Select(t => (long)(Math.Max(0, Math.Sin((t % 96 - 24) / 48.0 * Math.PI)) * random.Between(1_500, 4_000)))];
        long[] heat = [.. Enumerable.Range(0, Days * 96).Select(_ => (long)random.Between(1_500, 3_500))];
        var washing = new ApplianceDescription("washing machine", [1_500, 900, 200], [new ApplianceRun(Homes.At(30), Homes.At(60)), new ApplianceRun(Homes.At(130), Homes.At(170))]);
        var battery = new BatteryDescription(new Energy(6_000), 3_000, 3_000, minimumFill: new Energy(1_000), initialFill: new Energy(3_000));
        var home = new HomeDescription("home", 6_000, Homes.Profile(load), Homes.Profile(sun), battery, [washing]);
        return new PlannedHome(home,
        [
            new CarStore("car", new Energy(40_000), 3_700, [new Journey(Homes.At(36), Homes.At(70), new Energy(6_000)), new Journey(Homes.At(130), Homes.At(165), new Energy(8_000))], new Energy(4_000), new Energy(12_000)),
            new HeatPumpStore("heat pump", 2_000, Homes.Profile(heat), 6_500, 150, 2),
            new WaterHeaterStore("water heater", 2_000, 150, Homes.Profile([.. Enumerable.Range(0, Days * 96).Select(t => t % 96 == 28 ? 6_000L : 0)]), 60, 25),
        ]);
    }

    internal static Outlook Known(PlannedHome home, Period now, ImmutableArray<double[]> prices)
    {
        var length = (int)Math.Min(144, Homes.At(Days * 96).Index - now.Index);
        double[] Of(PowerProfile profile) => [.. Enumerable.Range(0, length).Select(t => (double)Homes.Rules.Grid.EnergyOf(profile.At(new Period(now.Index + t))).WattHours)];
        return new Outlook(Of(home.Home.Load), Of(home.Home.Photovoltaics!), [.. prices.Select(course => course[..length])]) { KnowsSun = true, Stages = [.. home.Stores.Select(store => Stages(store, now, length))] };
    }

    // Use is known. A car is ready as early as agents have it where they do not know all that comes: here they do not know what the market answers.
    private static StoreStage[] Stages(StoreModel store, Period now, int length) =>
        store is CarStore ? store.Expected(now, length) : [.. Enumerable.Range(0, length).Select(t => store.At(new Period(now.Index + t)))];

    // Three courses of prices that have nothing to do with what the market answers.
    private static Foresight Courses(PlannedHome home, int seed)
    {
        var random = VirtualEnergy.P2P.Node.Households.SplitMix64.For((ulong)seed, 7);
        ImmutableArray<double[]> courses = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 144).Select(_ => (double)random.Between(90_000, 280_000)).ToArray())];
        return now => Known(home, now, courses);
    }
}
