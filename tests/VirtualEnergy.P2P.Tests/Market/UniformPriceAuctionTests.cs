using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>Market rule 4, example by example. Prices in µEUR/kWh on a tick of 100, energies in Wh.</summary>
public sealed class UniformPriceAuctionTests
{
    [Fact]
    public void An_empty_book_and_a_book_that_does_not_cross_trade_nothing()
    {
        Assert.Equal(Clearing.Nothing, Clear());
        Assert.Equal(Clearing.Nothing, Clear(Buy(1, 100, 5), Sell(2, 200, 5)));
        Assert.Equal(Clearing.Nothing, Clear(Buy(1, 100, 5), Buy(2, 300, 5)));
    }

    [Fact]
    public void Margins_filled_whole_split_the_surplus_at_k()
    {
        // Buys 300 and sells 100 meet whole: ½·300 + ½·100 = 200; k = 1 gives the sellers all, k = 0 the buyers.
        Order[] book = [Buy(1, 300, 5), Sell(2, 100, 5)];
        Assert.Equal(new Price(200), Clear(book).Price);
        Assert.Equal(new Price(300), UniformPriceAuction.Clear(book, MarketRules.Default with { KThousandths = 1000 }).Price);
        Assert.Equal(new Price(100), UniformPriceAuction.Clear(book, MarketRules.Default with { KThousandths = 0 }).Price);
    }

    [Fact]
    public void Marginal_step_filled_in_part_sets_the_price()
    {
        Assert.Equal(new Price(100), Clear(Buy(1, 300, 5), Sell(2, 100, 9)).Price);
        Assert.Equal(new Price(300), Clear(Buy(1, 300, 9), Sell(2, 100, 5)).Price);
    }

    [Fact]
    public void The_price_is_clipped_by_the_best_unfilled_steps()
    {
        // Midpoint of 1000 and 100 is 550, but a seller at 400 is left out: above 400 she would rightly complain.
        var low = Clear(Buy(1, 1000, 5), Sell(2, 100, 5), Sell(3, 400, 5));
        Assert.Equal(new Price(400), low.Price);
        Assert.Equal(new PriceInterval(new Price(100), new Price(400)), low.Interval);

        // And a buyer at 700 who is left out lifts it.
        Assert.Equal(new Price(700), Clear(Buy(1, 1000, 5), Buy(3, 700, 5), Sell(2, 100, 5)).Price);
    }

    [Fact]
    public void The_price_lies_on_tick_and_half_a_tick_goes_up()
    {
        // ½·(200 + 100) = 150 → 200; below zero ½·(−100 − 200) = −150 → −100: up is towards +∞.
        Assert.Equal(new Price(200), Clear(Buy(1, 200, 5), Sell(2, 100, 5)).Price);
        Assert.Equal(new Price(-100), Clear(Buy(1, -100, 5), Sell(2, -200, 5)).Price);
    }

    [Fact]
    public void A_limit_between_two_ticks_is_kept_all_the_same()
    {
        // The nearest tick of 140 is 100, of 160 it is 200: both outside of what the two agreed on.
        foreach (var limit in new long[] { 140, 160, -140 })
        {
            Order[] book = [Buy(1, limit, 5), Sell(2, limit, 5)];
            Assert.Equal(new Price(limit), Clear(book).Price);
            Assert.Equal(new Price(limit), ReferenceUniformPriceAuction.Clear(book, MarketRules.Default).Price);
        }
    }

    [Fact]
    public void Orders_that_are_alike_in_everything_are_two_orders()
    {
        // 5 Wh over two times 3: 3 and 2, to whichever; and one of two at the margin is left out whole.
        Order[] book = [Buy(1, 300, 5), Sell(7, 100, 3), Sell(7, 100, 3)];
        var clearing = Clear(book);
        Assert.Equal([3L, 2L], Sold(clearing));
        Assert.Equal(Sold(clearing), Sold(ReferenceUniformPriceAuction.Clear(book, MarketRules.Default)));
        Assert.Equal(clearing.Price, ReferenceUniformPriceAuction.Clear(book, MarketRules.Default).Price);
    }

    [Fact]
    public void Ties_at_the_margin_share_pro_rata_largest_remainder_first_then_by_hash()
    {
        // 10 Wh over 5, 5, 5: 3.33 each; one Wh is over, remainders tie, the smallest hash takes it.
        var clearing = Clear(Buy(1, 300, 10), Sell(7, 100, 5), Sell(8, 100, 5), Sell(9, 100, 5));
        Assert.Equal([4L, 3L, 3L], Sold(clearing));

        // 10 Wh over 7, 5, 3: 4.67, 3.33, 2.00; the largest remainder takes the Wh that is over.
        Assert.Equal([5L, 3L, 2L], Sold(Clear(Buy(1, 300, 10), Sell(7, 100, 7), Sell(8, 100, 5), Sell(9, 100, 3))));
    }

    [Fact]
    public void Better_priced_steps_come_before_the_margin()
    {
        var clearing = Clear(Buy(1, 300, 10), Sell(7, 100, 8), Sell(8, 50 * 4, 8));
        Assert.Equal([8L, 2L], Sold(clearing));
        Assert.Equal(new Energy(10), clearing.Volume);
    }

    [Fact]
    public void Unresponsive_demand_at_the_cap_is_served_before_the_rest()
    {
        // 50 Wh at the cap against 15 Wh of supply: scarcity, the cap is the price.
        var clearing = Clear(Buy(1, Cap, 50), Buy(2, 4700, 5), Sell(3, 8300, 5), Sell(4, 9700, 5), Sell(5, 7000, 5));
        Assert.Equal(MarketRules.Default.Cap, clearing.Price);
        Assert.Equal(new Energy(15), clearing.Volume);
    }

    [Fact]
    public void Unresponsive_demand_that_supply_does_not_meet_shares_pro_rata_at_the_cap()
    {
        // 30 and 20 Wh at the cap, 15 Wh offered: 15 · 30/50 = 9 and 15 · 20/50 = 6.
        var clearing = Clear(Buy(1, Cap, 30), Buy(2, Cap, 20), Sell(3, 7000, 15));
        Assert.Equal(new Price(Cap), clearing.Price);
        Assert.Equal([9L, 6L], clearing.Fills.Where(fill => fill.Order.Side == Side.Buy).Select(fill => fill.Energy.WattHours));
    }

    [Theory]
    [InlineData(0, 20, 100)] // a seller filled in part sets the price, whatever k
    [InlineData(1000, 20, 100)]
    [InlineData(0, 10, 100)] // both whole: the sellers' end,
    [InlineData(500, 10, 2_000_100)] // ½·(4,000,000 + 100) = 2,000,050, half a tick, so up,
    [InlineData(1000, 10, 4_000_000)] // and the cap
    [InlineData(0, 9, 4_000_000)] // the buyer filled in part: the cap, whatever k
    public void Unresponsive_demand_at_the_margin_is_priced_by_k_as_anyone_is(int k, long offered, long price) =>
        Assert.Equal(new Price(price), UniformPriceAuction.Clear([Buy(1, Cap, 10), Sell(2, 100, offered)], MarketRules.Default with { KThousandths = k }).Price);

    [Theory]
    [InlineData(0, -500)]
    [InlineData(250, -400)] // ¼·(−100) + ¾·(−500)
    [InlineData(500, -300)]
    [InlineData(1000, -100)]
    public void Below_zero_k_divides_the_surplus_as_above(int k, long price) =>
        Assert.Equal(new Price(price), UniformPriceAuction.Clear([Buy(1, -100, 5), Sell(2, -500, 5)], MarketRules.Default with { KThousandths = k }).Price);

    [Fact]
    public void Energy_that_must_go_at_any_price_makes_the_floor_the_price()
    {
        // 9 Wh at the floor, −0.50 EUR/kWh, and takers for 5: who takes is paid for it, 5 · 500,000/1000 = 2,500 µEUR.
        var floor = MarketRules.Default.Floor;
        var clearing = Clear(Buy(1, 300, 3), Buy(2, -400_000, 2), Sell(3, floor.MicroEurPerKWh, 9));
        Assert.Equal((floor, new Energy(5)), (clearing.Price, clearing.Volume));
        Assert.Equal(new Money(-2_500), floor.Of(clearing.Volume));
    }

    [Fact]
    public void Energies_whose_sum_passes_64_bits_are_cleared_exactly()
    {
        var clearing = Clear(Buy(1, 300, long.MaxValue), Sell(2, 100, long.MaxValue - 1), Sell(3, 200, long.MaxValue - 1));
        Assert.Equal(new Energy(long.MaxValue), clearing.Volume);
        Assert.Equal([long.MaxValue - 1, 1L], Sold(clearing));

        // Tied at one price, the product of two 64-bit numbers is shared exactly: ⅔ and ⅓ of 2⁶³ − 1 (divisible by 7 only,
        // so 6148914691236517204.67 and 3074457345618258602.33; the larger remainder takes the spare Wh).
        var tied = Clear(Buy(1, 300, long.MaxValue), Sell(2, 100, long.MaxValue - 1), Sell(3, 100, (long.MaxValue - 1) / 2));
        Assert.Equal([6148914691236517205L, 3074457345618258602L], Sold(tied));
    }

    [Fact]
    public void A_volume_beyond_64_bits_is_refused() =>
        Assert.Throws<OverflowException>(() => Clear(Buy(1, 300, long.MaxValue), Buy(2, 300, 1), Sell(3, 100, long.MaxValue), Sell(4, 100, 1)));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void An_order_without_energy_is_refused(long energy) =>
        Assert.Throws<ArgumentException>(() => Clear(Buy(1, 300, energy), Sell(2, 100, 5)));

    private static readonly long Cap = MarketRules.Default.Cap.MicroEurPerKWh;

    private static Clearing Clear(params Order[] book) => UniformPriceAuction.Clear(book, MarketRules.Default);

    private static ImmutableArray<long> Sold(Clearing clearing) =>
        [.. clearing.Fills.Where(fill => fill.Order.Side == Side.Sell).Select(fill => fill.Energy.WattHours)];
}
