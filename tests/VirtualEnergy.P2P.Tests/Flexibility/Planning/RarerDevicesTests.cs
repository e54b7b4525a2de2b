using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

/// <summary>Homes with a freezer, a combined heat and power unit, a wind turbine or lights that dim.</summary>
public sealed class RarerDevicesTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void Whatever_the_market_answers_bids_are_admissible_and_everything_is_kept() => Gen.Select(Gen.Int[0, 100_000], Homes.Results).Sample(
        (seed, results) =>
        {
            var home = Everything(seed);
            var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Flat(200_000));
            for (var t = 0; t < 96; t++)
            {
                var steps = agent.BidFor(Homes.At(t));
                Homes.IsAdmissible((steps.Buy, steps.Sell), home.Home, Homes.At(t));
                var result = results[t % results.Length];
                var price = new Price(result.PriceTicks * Homes.Rules.TickMicroEurPerKWh);
                var traded = result.Silent ? Energy.Zero : Homes.Traded((steps.Buy, steps.Sell), price, result.MarginalPermille);
                var delivery = agent.Deliver(Homes.At(t), result.Silent ? null : price, traded);
                Assert.InRange(delivery.Net.WattHours, -1_501, 1_501);
                Assert.True(delivery.Production >= Energy.Zero && delivery.Load >= Energy.Zero);
            }

            Assert.All(agent.Stores, store => Assert.Equal((store.Model.Name, 0), (store.Model.Name, store.Shortfalls)));
        },
        iter: 12);

    [Fact]
    public void A_unit_runs_above_its_cost_while_its_tank_has_room_and_not_below_it()
    {
        // Gas at 10 ct: a kWh of electricity costs 11.7 ct. 1 kW is 250 Wh a quarter of an hour; no heat is taken, and the tank is half full: 300 l × 30 K × 1.163 ÷ 2 are
        // 5,233 Wh of room, less what it stands to lose: 2.5 Wh of heat go with each Wh of electricity.
        var unit = new CogenerationStore("unit", 1_000, CogenerationCost.Usual(new Price(100_000)), PowerProfile.Constant(0), standingWatts: 0);
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0)) { MarginPermille = 0 }, [unit]);
        var dear = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Flat(200_000));
        var sold = Enumerable.Range(0, 12).Select(t => dear.Deliver(Homes.At(t), new Price(200_000), new Energy(-250)).Net.WattHours).ToArray();
        Assert.Equal([-250, -250, -250, -250, -250, -250, -250, -250], sold[..8]);
        Assert.Equal(-2_093, sold.Sum()); // 5,233.5 ÷ 2.5, in whole Wh
        var cheap = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Flat(110_000));
        Assert.Equal(0, cheap.Deliver(Homes.At(0), new Price(110_000), Energy.Zero).Net.WattHours);
        Assert.Equal(117_100, Assert.Single(cheap.BidFor(Homes.At(1)).Sell).Price.MicroEurPerKWh); // the next tick above 117,070
    }

    [Fact]
    public void A_freezer_cools_ahead_of_dear_hours()
    {
        var freezer = new FreezerStore("freezer", 250, 120);
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(0)) { MarginPermille = 0 }, [freezer]);
        double[] course = [.. Enumerable.Range(0, 96).Select(t => t < 8 ? 100_000.0 : t < 24 ? 270_000 : 150_000)];
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => new Outlook(new double[96], new double[96], [Shifted(course, (int)(now.Index - Homes.At(0).Index))]) { KnowsSun = true, Haste = 0 });
        var taken = Enumerable.Range(0, 24).Select(t => agent.Deliver(Homes.At(t), new Price((long)course[t]), agent.ResponseTo(Homes.At(t), new Price((long)course[t]))).Net.WattHours).ToArray();

        // 250 kWh a year are 7.1 Wh a quarter of an hour: in two cheap hours more than that, in four dear ones less.
        Assert.True(taken[..8].Average() > 7.2 && taken[8..].Average() < 7, string.Join(' ', taken));
        Assert.Equal(0, agent.Stores[0].Shortfalls);
    }

    [Fact]
    public void Lights_are_dimmed_where_energy_is_dearer_than_their_light_is_worth()
    {
        // 400 W, of which 40 % stay: 100 Wh a quarter of an hour, 40 above 20 ct.
        var light = new DimmableLight("light", PowerProfile.Constant(400), 0.4, new Price(200_000));
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(0)) { MarginPermille = 0 }, []) { Lights = [light] };
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Flat(150_000));
        Assert.Equal([(280_000L, 40L), (200_000L, 60L)], agent.BidFor(Homes.At(0)).Buy.Select(step => (step.Price.MicroEurPerKWh, step.Energy.WattHours)));
        Assert.Equal(100, agent.Deliver(Homes.At(0), new Price(190_000), new Energy(100)).Net.WattHours);
        Assert.Equal(40, agent.Deliver(Homes.At(1), new Price(210_000), new Energy(40)).Net.WattHours);
        agent.Observe(new HomeNow { Fixed = [new FixedDevice("light", true, Homes.At(3))] });
        Assert.Equal(100, agent.Deliver(Homes.At(2), new Price(210_000), new Energy(40)).Net.WattHours);
    }

    [Fact]
    public void Wind_is_sold_at_night_too()
    {
        var wind = WindTurbine.In(new PowerCurve(2_000), default, [12]);
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(400)) { MarginPermille = 0 }, []) { Wind = wind };
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => Flat(150_000) with { Load = [.. Enumerable.Repeat(100.0, 96)] });
        Assert.Equal(500 - 100, Assert.Single(agent.BidFor(Homes.At(0)).Sell).Energy.WattHours);
        Assert.Equal(100 - 500, agent.Deliver(Homes.At(0), new Price(150_000), new Energy(-400)).Net.WattHours);
    }

    [Fact]
    public void Devices_of_one_name_are_refused() => Assert.Throws<ArgumentException>(
        () => new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(0)), [new FreezerStore("cold", 250, 120)])
        {
            Lights = [new DimmableLight("cold", PowerProfile.Constant(10), 0, default)],
        });

    private static Outlook Flat(double price) => new(new double[96], new double[96], [[.. Enumerable.Repeat(price, 96)]]) { Haste = 0 };

    private static double[] Shifted(double[] course, int by) => [.. course[by..], .. Enumerable.Repeat(course[^1], by)];

    private static PlannedHome Everything(int seed)
    {
        var random = VirtualEnergy.P2P.Node.Households.SplitMix64.For((ulong)seed);
        long[] Random(int low, int high) => [.. Enumerable.Range(0, 96).Select(_ => (long)random.Between(low, high))];
        var home = new HomeDescription("home", 6_000, Homes.Profile(Random(80, 900)), Homes.Profile(Random(0, 2_000)));
        return new PlannedHome(home, [new FreezerStore("freezer", 250, 120), new CogenerationStore("unit", 1_000, CogenerationCost.Usual(new Price(90_000)), Homes.Profile(Random(0, 4_000)))])
        {
            Lights = [new DimmableLight("light", Homes.Profile(Random(0, 500)), 0.3, new Price(220_000))],
            Wind = new WindTurbine(Homes.Profile(Random(0, 2_500))),
        };
    }
}
