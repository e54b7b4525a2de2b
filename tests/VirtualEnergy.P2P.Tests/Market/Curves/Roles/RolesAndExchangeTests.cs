using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.Curves;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

/// <summary>
/// The same bids through the roles (at the auctioneer, below concentrators, below concentrators of concentrators), by
/// <c>ve market curve</c>, and at an exchange whose mechanism is <c>curve</c>. Keys rise with identities, so ties go the same way.
/// </summary>
public sealed class RolesAndExchangeTests
{
    private const int Seconds = 900;
    private static readonly Period Now = new(12);

    // A step beyond the lowest and the highest limit: the sum is never below zero at the one nor above it at the other.
    private static readonly MarketBasis Basis = MarketBasis.Create(25, -700, 1_700);

    /// <summary>Buy steps below sell steps, on ticks −6 to 16; some homes have one side, some none.</summary>
    private static readonly Gen<Bid> Bids =
        Gen.Select(Gen.Int[-6, 16].Array[0, 5], Gen.Long[1, 5_000].Array[5], Gen.Int[0, 5]).Select((picks, energies, split) =>
        {
            Step[] steps = [.. picks.Distinct().Order().Select((tick, i) => new Step(new Price(tick * 100), new Energy(energies[i])))];
            return new Bid(default, Now, 0, [.. steps.Take(split).Reverse()], [.. steps.Skip(split)]);
        });

    private static readonly Gen<Bid[]> Homes = Bids.Array[1, 10];

    [Fact]
    public void At_the_auctioneer_every_home_gets_the_exchanges_watt_hours_and_the_price_is_its_tick_or_one_beside_a_jump() => Homes.Sample(homes =>
    {
        var (exchange, roles) = (AtTheExchange(homes), ThroughRoles(homes, Basis, []));
        Assert.Equal(exchange.Energies.AsEnumerable(), roles.Energies.AsEnumerable());
        if (exchange.Price is { } price)
        {
            Assert.True(IsTheExchangesPrice(homes, price, roles.Price), $"{price} and {roles.Price}");
        }
    }, iter: 5_000);

    [Fact]
    public void The_command_that_clears_a_file_of_curves_comes_to_the_same_as_the_auctioneer() => Homes.Sample(homes =>
    {
        var cluster = new CurveCase(Basis, [.. CurvesOf(homes, Basis).Select(curve => new CurveBid(curve, null))], Demand.Zero);
        var (file, roles) = (CurveClearing.Clear(cluster), ThroughRoles(homes, Basis, []));

        // The file's unit is a billion of the basis', and its price has 15 decimals; the roles' price is rounded half up to a whole one.
        Assert.Equal(roles.Price, decimal.Floor((file.Price * 1_000_000_000m) + 0.5m));
        Assert.Equal(new CurveAllocation([.. file.Allocations.Select(demand => demand!.Value)]).EnergyOver(Seconds).AsEnumerable(), roles.Energies.AsEnumerable());
    }, iter: 2_000);

    [Fact]
    public void Below_concentrators_the_price_stays_and_so_does_every_home_that_the_margin_leaves_alone() =>
        Gen.Select(Homes, Gen.OneOf(Gen.Const(new[] { -1, -1 }), Gen.Const(new[] { -1, -1, 0, 0, 1 }))).Sample((homes, shape) =>
        {
            var (flat, deep) = (ThroughRoles(homes, Basis, []), ThroughRoles(homes, Basis, shape));
            Assert.Equal(flat.Price, deep.Price);
            Assert.Equal(0, deep.Energies.Sum(energy => energy.WattHours));

            var index = Basis.IndexOf(flat.Price);
            var sum = CurvesOf(homes, Basis).Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (total, curve) => total.Plus(curve))[index];
            foreach (var (home, curve) in CurvesOf(homes, Basis).Index())
            {
                // Who gives way or makes more is found at the step beside the price, on the side that closes the gap.
                var beside = curve[Math.Clamp(index + Math.Sign(sum.NanoWatts), 0, Basis.PriceSteps - 1)];
                if (sum == Demand.Zero || beside == curve[index])
                {
                    Assert.Equal(flat.Energies[home], deep.Energies[home]);
                }
            }
        }, iter: 3_000);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Below_concentrators_of_one_side_each_level_may_move_a_home_at_the_margin_by_a_watt_hour(int levels) =>
        Homes.Sample(homes =>
        {
            // Buyers' bids are below concentrator 0, sellers' below 1; with two levels below two more under each.
            Bid[] sided = [.. homes.Select((bid, i) => i % 2 == 0 ? bid with { Sell = [] } : bid with { Buy = [] })];
            int[] shape = levels == 1 ? [-1, -1] : [-1, -1, 0, 1, 0, 1];
            var (exchange, roles) = (AtTheExchange(sided), ThroughRoles(sided, Basis, shape, home => levels == 1 ? home % 2 : 2 + (home % 4)));

            // A share is within 1 Wh of its exact part at the exchange. On the way down each level's rounding comes on top, and weighs
            // on a home at most in full: within 1 + levels. Apart by less than 2 + levels, and whole.
            Assert.All(exchange.Energies.Zip(roles.Energies), pair =>
                Assert.InRange(Math.Abs(pair.First.WattHours - pair.Second.WattHours), 0, 1 + levels));
        }, iter: 3_000);

    [Fact]
    public void A_concentrator_counts_as_one_home_so_its_own_consumers_and_producers_meet_first()
    {
        // Street A consumes 10 up to 500 and produces 12 from 0; street B consumes 10 up to 500. At 500 there are 20 for 12. At the
        // exchange both consumers share: 6 and 6. Street A as a whole is a producer, of 2 at 500 and of 12 above: B gives way first, and
        // A's consumer keeps her 10.
        Bid[] homes = [Buys(500, 10), Sells(0, 12), Buys(500, 10)];
        Assert.Equal([6L, -12, 6], AtTheExchange(homes).Energies.Select(energy => energy.WattHours));
        Assert.Equal([6L, -12, 6], ThroughRoles(homes, Basis, []).Energies.Select(energy => energy.WattHours));
        Assert.Equal([10L, -12, 2], ThroughRoles(homes, Basis, [-1, -1], home => home == 2 ? 1 : 0).Energies.Select(energy => energy.WattHours));
    }

    [Fact]
    public void Where_the_curves_do_not_cross_the_exchange_trades_what_there_is_and_the_cluster_takes_the_rest_from_outside()
    {
        // 10 wanted at the highest price, 4 offered: the exchange has 4 to share, the cluster's boundary gives 6.
        Bid[] homes = [Buys(1_700, 10), Sells(0, 4)];
        Assert.Equal([4L, -4], AtTheExchange(homes).Energies.Select(energy => energy.WattHours));
        Assert.Equal([10L, -4], ThroughRoles(homes, Basis, []).Energies.Select(energy => energy.WattHours));
    }

    [Fact]
    public void A_day_of_homes_with_devices_trades_the_same_either_way()
    {
        // 0.1 ct a step, 0 to 50 ct; the homes run by what the exchange gives them, and next bid from there.
        var community = GeneratedCommunity.Create(8, seed: 4, GeneratedCommunity.DefaultFirstDay);
        var rules = MarketRules.Default with { TickMicroEurPerKWh = 1_000, Floor = new Price(0), Cap = new Price(500_000), Mechanism = MechanismKind.Curve };
        var basis = StepCurve.BasisOf(rules);
        var tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));
        HomeAgent[] agents = [.. community.Households.Select(household => new HomeAgent(new PlannedHome(household.Describe(), []), rules, tariff))];
        var traded = 0;
        for (var i = 0; i < community.Length; i++)
        {
            var period = new Period(community.First.Index + i);
            Bid[] homes = [.. agents.Select(agent => agent.BidFor(period)).Select(steps => new Bid(default, period, 0, steps.Buy, steps.Sell))];
            var (exchange, roles) = (AtTheExchange(homes, rules), ThroughRoles(homes, basis, []));
            Assert.Equal(exchange.Energies.AsEnumerable(), roles.Energies.AsEnumerable());
            Assert.Equal(roles.Price, ThroughRoles(homes, basis, [-1, -1, 0, 1]).Price);
            traded += exchange.Price is null ? 0 : 1;
            foreach (var (agent, energy) in agents.Zip(exchange.Energies))
            {
                agent.Deliver(period, exchange.Price, energy);
            }
        }

        Assert.True(traded > 20, $"{traded} periods with trades");
    }

    private static Bid Buys(long price, long energy) => new(default, Now, 0, [new Step(new Price(price), new Energy(energy))], []);

    private static Bid Sells(long price, long energy) => new(default, Now, 0, [], [new Step(new Price(price), new Energy(energy))]);

    private static DemandCurve[] CurvesOf(Bid[] homes, MarketBasis basis) => [.. homes.Select(bid => StepCurve.Of(bid, basis, Seconds))];

    private static (Price? Price, ImmutableArray<Energy> Energies) AtTheExchange(Bid[] homes, MarketRules? rules = null)
    {
        Order[] orders = [.. homes.SelectMany((bid, home) =>
            bid.Buy.Select(step => Order(home, Side.Buy, step)).Concat(bid.Sell.Select(step => Order(home, Side.Sell, step))))];
        var clearing = CurveMarket.Clear(orders, rules ?? MarketRules.Default);
        return (clearing.Price, [.. homes.Select((_, home) => clearing.Fills.Where(fill => fill.Order.Key == Books.Key(home))
            .Aggregate(Energy.Zero, (sum, fill) => fill.Order.Side == Side.Buy ? sum + fill.Energy : sum - fill.Energy))]);

        static Order Order(int home, Side side, Step step) => new(Books.Key(home), new MemberId($"d{home:000}"), side, step.Price, step.Energy);
    }

    /// <param name="parentOf">Which concentrator a home is below; in turn unless stated, the auctioneer among them.</param>
    private static (long Price, ImmutableArray<Energy> Energies) ThroughRoles(Bid[] homes, MarketBasis basis, int[] shape, Func<int, int>? parentOf = null)
    {
        var tree = new ClusterTree(basis, shape);
        foreach (var (home, curve) in CurvesOf(homes, basis).Index())
        {
            tree.Add(parentOf?.Invoke(home) ?? (home % (shape.Length + 1)) - 1, curve, 0);
        }

        tree.Run(1, Now);
        var close = tree.Close(2, Now, Seconds);
        Assert.All(tree.Followed.Values, price => Assert.Equal(close.Price, price));
        return (close.Price!.Value, [.. tree.Devices.Select(device => tree.Allocated[device.Id])]);
    }

    /// <summary>The same step where demand and supply are equal at some price; else both lie on the two ticks of the jump or between them.</summary>
    private static bool IsTheExchangesPrice(Bid[] homes, Price exchange, long roles)
    {
        var sum = CurvesOf(homes, Basis).Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (total, curve) => total.Plus(curve));
        var found = Equilibrium.Of(sum, Demand.Zero);
        return found.Kind == EquilibriumKind.Balanced
            ? Basis.IndexOf(roles) == Basis.IndexOf(exchange.MicroEurPerKWh)
            : found.Kind == EquilibriumKind.Crossing && Basis.IndexOf(exchange.MicroEurPerKWh) is var tick && (tick == found.Left || tick == found.Right)
                && Basis.PriceOf(found.Left) <= roles && roles <= Basis.PriceOf(found.Right);
    }
}
