using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class ComingDemandsTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void A_battery_under_the_sun_tells_at_which_price_it_charges()
    {
        // 500 Wh of sun now, later 27 ct and no worth at the end. A kWh bought now brings 0.95 × 0.95 kWh, sold for 27 ct less 0.3 of haste, and wears by
        // 1 ct: 0.9025 × 26.7 − 1 = 23.1 ct (23.09 on tick, as 0.001 % leaks). 5 kW charge 1,250 Wh, all of the battery's room and no less.
        var agent = Agent(tells: true);
        var coming = agent.ComingFrom(Homes.First);
        Assert.Equal(new PlannedDemand(new Energy(-500), [new Step(new Price(230_900), new Energy(1_250))]), coming[0]);

        // It expects to pay 10 ct and so to charge all of it; a period later it gives that back to whoever pays 27.9 ct.
        Assert.Equal(96, coming.Length);
        Assert.True(coming[1].At(new Price(279_000)) < Energy.Zero);
    }

    [Fact]
    public void What_is_told_of_the_open_period_is_what_is_bid()
    {
        var agent = Agent(tells: true);
        var (buy, sell) = agent.BidFor(Homes.First);
        var told = agent.ComingFrom(Homes.First)[0];
        foreach (var price in new[] { 100_000L, 230_900, 231_000, 270_000 }.Select(price => new Price(price)))
        {
            var bid = buy.Where(step => step.Price >= price).Sum(step => step.Energy.WattHours) - sell.Where(step => step.Price <= price).Sum(step => step.Energy.WattHours);
            Assert.Equal(bid, told.At(price).WattHours);
        }
    }

    [Fact]
    public void Who_need_not_tell_tells_nothing() => Assert.Empty(Agent(tells: false).ComingFrom(Homes.First));

    [Fact]
    public void Whatever_a_home_owns_what_it_tells_is_sound() => Gen.Select(Homes.Any, Homes.Tariffs).Sample(
        (home, tariff) =>
        {
            var agent = new PlanningAgent(new PlannedHome(home, []), Homes.Rules, tariff, new HomePlanner(), now => new Outlook(
                Ahead(t => home.Load.At(Homes.At(t)) / 4.0), Ahead(t => (home.Photovoltaics?.At(Homes.At(t)) ?? 0) / 4.0), [])) { TellsPlan = true };
            var plan = new MemberPlan(new MemberId(home.Name), Homes.First, agent.ComingFrom(Homes.First));
            Assert.True(plan.IsSound(new Energy(home.ConnectionWatts / 4), Homes.Rules));
        },
        iter: 200);

    private static double[] Ahead(Func<int, double> energy) => [.. Enumerable.Range(0, 96).Select(energy)];

    private static PlanningAgent Agent(bool tells)
    {
        var battery = new BatteryDescription(new Energy(10_000), 5_000, 5_000, new Efficiency(950_000), new Efficiency(950_000), Energy.Zero, Energy.Zero) { Wear = new Price(10_000) };
        var home = new HomeDescription("home", 6_000, PowerProfile.Constant(0), PowerProfile.Constant(2_000), battery, []);
        return new PlanningAgent(new PlannedHome(home, []), Homes.Rules, Tariff, new HomePlanner(), _ => new Outlook(
            new double[96], Ahead(t => t == 0 ? 500 : 0), [Ahead(t => t == 0 ? 100_000 : 270_000)]) { EndPrice = 0 }) { TellsPlan = tells };
    }
}
