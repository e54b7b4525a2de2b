using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.CurveRoles;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.CurveRoles;

/// <summary>A home in a curve market. Prices 0 to 50 ct, 0.5 ct a step.</summary>
public sealed class CurveHomeTests : IProgress<RoleEvent>
{
    private static readonly Period First = new(1_994_900);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));
    private readonly List<Delivery> _ran = [];

    void IProgress<RoleEvent>.Report(RoleEvent value) => _ran.Add(Assert.IsType<HomeRan>(value).Delivery);

    [Fact]
    public void Its_curve_is_the_bid_it_would_place_at_an_exchange()
    {
        // 1,000 W for a quarter of an hour are 250 Wh, bought up to the supplier's price less no margin: 28 ct is step 56.
        var curve = Home(new HomeDescription("plain", 3_000, PowerProfile.Constant(1_000)) { MarginPermille = 0 }).CurveIn(Market(), First);
        Assert.Equal(Demand.FromWatts(1_000), curve[56]);
        Assert.Equal(Demand.Zero, curve[57]);
        Assert.Equal(Demand.FromWatts(1_000), curve.Maximum);
    }

    [Fact]
    public void Next_curve_starts_from_the_state_that_the_allocation_left()
    {
        var home = Home(WithBattery());
        var first = home.CurveIn(Market(), First);
        var offered = -first.Minimum.NanoWatts * 900 / 3_600 / Demand.NanoWattsPerWatt;
        Assert.True(offered > 0, "a full battery has something to give");

        // All that the curve gives at the highest price is taken from the battery.
        home.Take(Allocation(First, 500_000, -offered));
        var delivery = Assert.Single(_ran);
        Assert.Equal((First, new Energy(-offered), new Energy(-offered)), (delivery.Period, delivery.Traded, delivery.Storage));
        Assert.True(delivery.BatteryFill < WithBattery().Battery!.InitialFill);

        // The same as an agent that was told so at an exchange.
        var twin = Twin();
        twin.BidFor(First);
        twin.Deliver(First, new Price(500_000), new Energy(-offered));
        var (buy, sell) = twin.BidFor(First.Next);
        var next = home.CurveIn(Market(), First.Next);
        Assert.Equal(StepCurve.Of(new Bid(default, First.Next, 0, buy, sell), Market().Basis, 900), next);
        Assert.NotEqual(first, next);
    }

    [Fact]
    public void Until_the_next_period_is_due_the_curve_stays_whatever_the_devices_do()
    {
        var home = Home(WithBattery());
        var said = home.CurveIn(Market(), First);
        home.Take(Allocation(First, 250_000, 0));
        Assert.Same(said, home.CurveIn(Market(), First));
        Assert.Single(_ran);
    }

    [Fact]
    public void A_period_whose_allocation_does_not_come_runs_without_one_and_a_late_one_moves_nothing()
    {
        var home = Home(WithBattery());
        home.CurveIn(Market(), First);
        home.CurveIn(Market(), new Period(First.Index + 3)); // two more passed unseen
        Assert.Equal([First, First.Next, First.Next.Next], _ran.Select(delivery => delivery.Period));
        Assert.All(_ran, delivery => Assert.Equal(Energy.Zero, delivery.Traded));

        home.Take(Allocation(First.Next, 500_000, -100));
        Assert.Equal(3, _ran.Count);
    }

    [Fact]
    public void An_allocation_counts_once_and_for_the_period_that_was_bid_for_alone()
    {
        var home = Home(WithBattery());
        home.Take(Allocation(First, 250_000, 0)); // before any bid
        home.CurveIn(Market(), First);
        home.Take(Allocation(new Period(First.Index + 1_000_000), 250_000, 0));
        home.Take(Allocation(First.Previous, 250_000, 0));
        Assert.Empty(_ran);
        home.Take(Allocation(First, 250_000, 0));
        home.Take(Allocation(First, 250_000, 0));
        Assert.Single(_ran);
    }

    [Fact]
    public void Periods_that_are_no_quarter_hours_are_refused_with_what_to_do()
    {
        var error = Assert.Throws<UserErrorException>(() => Home(WithBattery()).CurveIn(Market() with { PeriodSeconds = 300 }, First));
        Assert.Contains("--period 900", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Basis_between_whole_prices_gives_a_curve_that_keeps_the_limits()
    {
        // 0 to 50 ct in 7 gaps of 7.142857 ct: 28 ct lie between steps 3 and 4, and a buy keeps its limit at the lower one.
        var curve = Home(new HomeDescription("plain", 3_000, PowerProfile.Constant(1_000)) { MarginPermille = 0 })
            .CurveIn(Market() with { Basis = MarketBasis.Create(8, 0, 500_000) }, First);
        Assert.Equal((Demand.FromWatts(1_000), Demand.Zero), (curve[3], curve[4]));
    }

    private CurveHome Home(HomeDescription home) => new(new PlannedHome(home, []), Tariff, this, NullLogger.Instance);

    /// <summary>The home's own agent, with the rules that the basis stands for.</summary>
    private static HomeAgent Twin() =>
        new(new PlannedHome(WithBattery(), []), MarketRules.Default with { TickMicroEurPerKWh = 5_000, Floor = new Price(0), Cap = new Price(500_000) }, Tariff);

    private static HomeDescription WithBattery() => new(
        "battery", 6_000, PowerProfile.Constant(0),
        battery: new BatteryDescription(new Energy(5_000), 2_000, 2_000, new Efficiency(1_000_000), new Efficiency(1_000_000), Energy.Zero, new Energy(5_000))) { MarginPermille = 0 };

    private static CurveMarketMessage Market() => new(
        new MemberId("matcher"), 1, IsAuctioneer: true, 0, "0x" + new string('0', 40), MarketBasis.Create(101, 0, 500_000), 300_000, 900, []);

    private static NumberedAllocation Allocation(Period period, long price, long energy) => new(1, period, price, new Energy(energy));
}
