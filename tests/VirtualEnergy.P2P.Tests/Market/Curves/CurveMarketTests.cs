using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class CurveMarketTests
{
    private static readonly MarketRules Rules = MarketRules.Default;

    [Fact]
    public void Middle_of_the_prices_at_which_demand_is_supply_is_the_price()
    {
        // 10 Wh wanted up to 2,500 and offered from 1,000: equal at every tick in between.
        var clearing = CurveMarket.Clear([Books.Buy(1, 2_500, 10), Books.Sell(2, 1_000, 10)], Rules);
        Assert.Equal(new Price(1_800), clearing.Price); // 1,750 is between ticks: half up
        Assert.Equal(10, clearing.Volume.WattHours);
    }

    [Fact]
    public void Buys_that_the_jump_fills_in_part_set_the_price_and_share()
    {
        // At 2,000 there are 7 + 5 wanted and 6 offered; at 2,100 nothing is wanted. 6 × 7/12 = 3.5 and 2.5: a tie of
        // remainders, so the smaller key gets the odd Wh.
        var clearing = CurveMarket.Clear([Books.Buy(1, 2_000, 7), Books.Buy(2, 2_000, 5), Books.Sell(3, 1_000, 6)], Rules);
        Assert.Equal(new Price(2_000), clearing.Price);
        Assert.Equal([4L, 2, 6], clearing.Fills.Select(fill => fill.Energy.WattHours));
    }

    [Fact]
    public void Limit_holds_where_a_cluster_would_take_the_nearer_tick()
    {
        // At 2,000: 100 − 1 too much; at 2,100: 1 too little, which is nearer. But the buyer's limit is 2,000.
        var clearing = CurveMarket.Clear([Books.Buy(1, 2_000, 100), Books.Sell(2, 1_000, 99)], Rules);
        Assert.Equal(new Price(2_000), clearing.Price);
        Assert.Equal(99, clearing.Volume.WattHours);
    }

    [Fact]
    public void Member_on_both_sides_trades_only_the_difference()
    {
        // Anna wants 10 up to 3,000 and offers 4 from 1,000; Bice offers 10 from 1,000. At 3,000 14 are offered for 10: no,
        // at 1,000 the sells share 10: Anna 4 × 10/14, Bice 10 × 10/14 = 2.86 and 7.14, so 3 and 7. Anna's own 3 drop out.
        var clearing = CurveMarket.Clear([Books.Buy(1, 3_000, 10, "anna"), Books.Sell(2, 1_000, 4, "anna"), Books.Sell(3, 1_000, 10, "bice")], Rules);
        Assert.Equal(new Price(1_000), clearing.Price);
        Assert.Equal([("anna", 7L), ("bice", 7L)], clearing.Fills.Select(fill => (fill.Order.Member.ToString(), fill.Energy.WattHours)));
    }

    [Fact]
    public void Without_a_price_that_both_sides_take_nothing_trades()
    {
        Assert.Equal(Clearing.Nothing, CurveMarket.Clear([], Rules));
        Assert.Equal(Clearing.Nothing, CurveMarket.Clear([Books.Buy(1, 1_000, 10)], Rules));
        Assert.Equal(Clearing.Nothing, CurveMarket.Clear([Books.Buy(1, 1_000, 10), Books.Sell(2, 1_100, 10)], Rules));
    }

    [Fact]
    public void Mechanism_has_its_name() =>
        Assert.True(Mechanisms.TryParse("curve", out var kind) && kind == MechanismKind.Curve && Mechanisms.Of(kind) is CurveMarket);

    [Fact]
    public void Fast_and_reference_agree_to_the_last_fill() =>
        Gen.OneOf(Books.WithoutSelfTrades, Books.WithSelfTrades).Sample(book =>
        {
            if (IsTooLarge(book))
            {
                return;
            }

            var fast = CurveMarket.Clear(book, Rules);
            var reference = ReferenceCurveMarket.Clear(book, Rules);
            Assert.Equal(reference.Price, fast.Price);
            Assert.Equal(reference.Volume, fast.Volume);
            Assert.Equal(reference.Fills.AsEnumerable(), fast.Fills.AsEnumerable());
        }, iter: 10_000);

    [Fact]
    public void Volume_is_the_most_that_one_price_can_clear_and_the_price_is_competitive() =>
        Books.WithoutSelfTrades.Sample(book =>
        {
            if (IsTooLarge(book))
            {
                return;
            }

            var uniform = UniformPriceAuction.Clear(book, Rules);
            var curve = CurveMarket.Clear(book, Rules);
            Assert.Equal(uniform.Volume, curve.Volume);
            Assert.True(curve.Price is null == uniform.Price is null);
            Assert.True(curve.Price is not { } price || (uniform.Interval!.Value.Contains(price) && Rules.IsOnTick(price)));
        }, iter: 10_000);

    [Fact]
    public void Limits_hold_energy_is_conserved_and_nobody_is_on_both_sides() =>
        Books.WithSelfTrades.Sample(book =>
        {
            if (IsTooLarge(book))
            {
                return;
            }

            var clearing = CurveMarket.Clear(book, Rules);
            Assert.All(clearing.Fills, fill =>
            {
                Assert.InRange(fill.Energy.WattHours, 1, fill.Order.Energy.WattHours);
                Assert.True(fill.Order.Side == Side.Buy ? fill.Order.Price >= clearing.Price : fill.Order.Price <= clearing.Price);
            });
            Assert.All(clearing.Fills.GroupBy(fill => fill.Order.Member), member => Assert.Single(member.Select(fill => fill.Order.Side).Distinct()));
            Assert.All(new[] { Side.Buy, Side.Sell }, side =>
                Assert.Equal(clearing.Volume.WattHours, clearing.Fills.Where(fill => fill.Order.Side == side).Sum(fill => fill.Energy.WattHours)));
        }, iter: 10_000);

    [Fact]
    public void Order_of_arrival_has_no_influence() =>
        Gen.Select(Books.WithSelfTrades, Gen.Int).Sample((book, seed) =>
        {
            if (IsTooLarge(book))
            {
                return;
            }

            var shuffled = book.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(CurveMarket.Clear(book, Rules).Fills.AsEnumerable(), CurveMarket.Clear(shuffled, Rules).Fills.AsEnumerable());
        }, iter: 5_000);

    [Fact]
    public void Same_homes_as_a_cluster_of_curves_find_the_same_price_and_share() =>
        Books.WithoutSelfTrades.Sample(book =>
        {
            // One order a home; what they would take at each of the ticks −6 to 16 that a book can have here.
            var orders = book.DistinctBy(order => order.Member).Where(order => order.Energy.WattHours <= 5_000).OrderBy(order => order.Key).ToArray();
            var clearing = CurveMarket.Clear(orders, Rules);
            var basis = MarketBasis.Create(23, -600, 1_600);
            DemandCurve[] curves = [.. orders.Select(order => StepCurve.Of([order], basis, 900))];
            var sum = curves.Aggregate(DemandCurve.Flat(basis, Demand.Zero), (total, curve) => total.Plus(curve));
            if (clearing.Price is not { } price)
            {
                return;
            }

            var found = Equilibrium.Of(sum, Demand.Zero);
            var index = basis.IndexOf(price.MicroEurPerKWh);
            Assert.InRange(index, found.Left, found.Right);
            Assert.True(found.Kind != EquilibriumKind.Balanced || index == found.Index);

            var energies = CurveAllocation.Of(curves, index, Demand.Zero).EnergyOver(900);
            var filled = orders.Select(order => clearing.Fills.Where(fill => fill.Order == order).Sum(fill => order.Side == Side.Buy ? fill.Energy.WattHours : -fill.Energy.WattHours));
            Assert.Equal(filled, energies.Select(energy => energy.WattHours));
        }, iter: 10_000);

    private static bool IsTooLarge(Order[] book) => book.Sum(order => (decimal)order.Energy.WattHours) > long.MaxValue;
}
