using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class ConcentratorTests
{
    private const long Lifetime = 1_000;

    private static readonly MarketBasis Basis = MarketBasis.Create(3, 0, 20);
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");
    private static readonly DemandCurve Heater = CurveGens.Curve(Basis, 5, 2, 0);
    private static readonly DemandCurve Panel = CurveGens.Curve(Basis, 0, -1, -3);

    [Fact]
    public void Sum_goes_up_under_its_own_number_and_the_price_comes_down_under_each_agents()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(40, Heater, 500), 0);
        concentrator.Bid(Bice, new(7, Panel, 500), 0);
        var sent = concentrator.Update(100)!.Value;
        Assert.Equal((Heater.Plus(Panel), 100L, 1_100L), (sent.Curve, sent.BidNumber, sent.ExpiresAt));
        Assert.Equal(
            [new PriceFor(Anna, new(40, 13)), new PriceFor(Bice, new(7, 13))],
            concentrator.Translate(new NumberedPrice(100, 13), 101).OrderBy(price => price.Agent));
    }

    [Fact]
    public void Agents_hear_a_price_that_says_the_same_only_once()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Bid(Bice, new(1, Panel, 500), 0);
        concentrator.Update(1);
        Assert.Equal(2, concentrator.Translate(new(1, 10), 1).Length);
        Assert.Empty(concentrator.Translate(new(1, 10), 2));
        concentrator.Bid(Bice, new(2, Panel, 500), 3);
        concentrator.Update(3);
        Assert.Equal([new PriceFor(Bice, new(2, 10))], concentrator.Translate(new(3, 10), 4));
    }

    [Fact]
    public void Price_that_was_overtaken_on_its_way_changes_nothing()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Update(1);
        concentrator.Bid(Anna, new(2, Heater, 500), 1);
        concentrator.Update(2);
        Assert.Single(concentrator.Translate(new(2, 10), 2));
        Assert.Empty(concentrator.Translate(new(1, 5), 3));
    }

    [Fact]
    public void Price_that_no_bid_can_have_changes_nothing()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Update(1);
        Assert.Empty(concentrator.Translate(new(1, 21), 1));
        Assert.Empty(concentrator.Translate(new(655_449, 10), 1));
        Assert.Single(concentrator.Translate(new(1, 10), 1));
    }

    [Fact]
    public void Bid_that_is_no_longer_remembered_gets_no_price()
    {
        var concentrator = Create(remembered: 2);
        for (var number = 1; number <= 3; number++)
        {
            concentrator.Bid(Anna, new(number, Heater, 500), number);
            concentrator.Update(number);
        }

        Assert.Empty(concentrator.Translate(new(1, 10), 3));
        Assert.Single(concentrator.Translate(new(2, 10), 3));
    }

    [Fact]
    public void Agent_that_has_left_gets_no_price_and_is_in_the_next_sum_no_more()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Bid(Bice, new(1, Panel, 500), 0);
        concentrator.Update(1);
        concentrator.Leave(Anna, 2);
        Assert.Equal(Bice, Assert.Single(concentrator.Translate(new(1, 10), 1)).Agent);
        Assert.Equal(Panel, concentrator.Update(2)!.Value.Curve);
    }

    [Fact]
    public void Agents_whose_time_is_over_are_taken_out_of_the_sum()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 100), 0);
        concentrator.Bid(Bice, new(1, Panel, 500), 0);
        concentrator.Update(1);
        Assert.Null(concentrator.Update(99));
        Assert.Equal(Panel, concentrator.Update(100)!.Value.Curve);
    }

    [Fact]
    public void Sum_is_said_again_before_it_expires_above_and_after_a_restart_there()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 2_000), 0);
        Assert.Equal(1, concentrator.Update(1)!.Value.BidNumber);
        Assert.Null(concentrator.Update(500));
        Assert.Equal(501, concentrator.Update(501)!.Value.BidNumber);
        concentrator.Repeat();
        Assert.Equal(502, concentrator.Update(502)!.Value.BidNumber);
    }

    [Fact]
    public void Refusal_for_a_number_from_before_a_restart_is_passed_at_once()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Update(1);
        concentrator.Refused(CurveRefusal.StaleNumber(900));
        Assert.Equal(901, concentrator.Update(2)!.Value.BidNumber);
        concentrator.Refused(CurveRefusal.Full);
        Assert.Null(concentrator.Update(3));
    }

    [Fact]
    public void Allocation_is_split_to_the_watt_hour_pro_rata_at_the_jump()
    {
        // Over an hour at step 1: 2 + 4 Wh are wanted, of which the level above gives 3. At step 2 both want 0, so they share 1 : 2.
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Bid(Bice, new(8, CurveGens.Curve(Basis, 4, 4, 0), 500), 0);
        concentrator.Update(1);
        Assert.Equal(
            [new AllocationFor(Anna, new(1, new Period(3), 10, new Energy(1))), new AllocationFor(Bice, new(8, new Period(3), 10, new Energy(2)))],
            concentrator.Split(new(1, new Period(3), 10, new Energy(3)), 3600));
    }

    [Fact]
    public void Allocation_for_an_earlier_bid_is_split_by_that_bid()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Update(1);
        concentrator.Bid(Anna, new(2, Panel, 500), 1);
        concentrator.Update(2);
        concentrator.Translate(new(2, 10), 3);
        Assert.Equal([new AllocationFor(Anna, new(1, new Period(3), 10, new Energy(2)))], concentrator.Split(new(1, new Period(3), 10, new Energy(2)), 3600));
    }

    [Fact]
    public void Allocation_comes_once_for_a_period_and_never_beyond_the_bid()
    {
        var concentrator = Create();
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        concentrator.Update(1);
        Assert.Empty(concentrator.Split(new(1, new Period(3), 10, new Energy(6)), 3600)); // 5 Wh at step 0 is the most
        Assert.Empty(concentrator.Split(new(1, new Period(3), 10, new Energy(-1)), 3600));
        Assert.Empty(concentrator.Split(new(1, new Period(3), 10, new Energy(long.MaxValue)), 3600));
        Assert.Empty(concentrator.Split(new(1, new Period(3), 10, new Energy(long.MinValue)), 3600));
        Assert.Empty(concentrator.Split(new(2, new Period(3), 10, new Energy(2)), 3600));
        Assert.Single(concentrator.Split(new(1, new Period(3), 10, new Energy(2)), 3600));
        Assert.Empty(concentrator.Split(new(1, new Period(3), 10, new Energy(1)), 3600));
    }

    [Fact]
    public void Peak_shaving_clips_what_goes_up_and_moves_the_price_that_comes_down()
    {
        // At most 3 W: the sum 5, 2, 0 goes up as 2, 2, 0. For a price at step 0 the agents get that of step 1, where they take 2.
        var concentrator = Create(new ShavedFlow(new PeakShaving(CurveGens.Watts(-9), CurveGens.Watts(3)), 0));
        concentrator.Bid(Anna, new(1, Heater, 500), 0);
        Assert.Equal(CurveGens.Curve(Basis, 2, 2, 0), concentrator.Update(1)!.Value.Curve);
        Assert.Equal([new PriceFor(Anna, new(1, 10))], concentrator.Translate(new(1, 3), 1));
        Assert.Equal([new AllocationFor(Anna, new(1, new Period(3), 10, new Energy(2)))], concentrator.Split(new(1, new Period(3), 3, new Energy(2)), 3600));
    }

    [Fact]
    public void Measured_flow_is_set_against_the_price_that_devices_have_come_to_follow()
    {
        var flow = new ShavedFlow(new PeakShaving(CurveGens.Watts(-9), CurveGens.Watts(9)), settling: 10);
        var concentrator = Create(flow);
        concentrator.Bid(Anna, new(1, Heater, 900), 0);
        concentrator.Update(100);
        concentrator.Translate(new(100, 0), 100); // 5 W
        concentrator.Translate(new(100, 10), 150); // 2 W
        concentrator.Measured(CurveGens.Watts(6), 105);
        Assert.Equal(CurveGens.Watts(6), flow.Uncontrolled); // nobody follows a price yet
        concentrator.Measured(CurveGens.Watts(6), 159);
        Assert.Equal(CurveGens.Watts(1), flow.Uncontrolled); // still 5 W
        concentrator.Measured(CurveGens.Watts(6), 160);
        Assert.Equal(CurveGens.Watts(4), flow.Uncontrolled);
    }

    [Fact]
    public void Agent_that_has_left_is_flow_that_nobody_controls()
    {
        var flow = new ShavedFlow(new PeakShaving(CurveGens.Watts(-9), CurveGens.Watts(9)), settling: 0);
        var concentrator = Create(flow);
        concentrator.Bid(Anna, new(1, Heater, 900), 0);
        concentrator.Bid(Bice, new(1, CurveGens.Curve(Basis, 4, 4, 0), 900), 0);
        concentrator.Update(100);
        concentrator.Translate(new(100, 0), 100); // 5 + 4 W
        concentrator.Leave(Anna, 2);
        concentrator.Measured(CurveGens.Watts(9), 101);
        Assert.Equal(CurveGens.Watts(5), flow.Uncontrolled);
    }

    [Fact]
    public void Many_prices_while_devices_follow_do_not_hide_the_one_they_follow()
    {
        var flow = new ShavedFlow(new PeakShaving(CurveGens.Watts(-9), CurveGens.Watts(9)), settling: 1_000);
        var concentrator = Create(flow);
        concentrator.Bid(Anna, new(1, Heater, 1_900), 0);
        concentrator.Update(1);
        concentrator.Translate(new(1, 0), 1); // 5 W
        for (var at = 2; at < 900; at++)
        {
            concentrator.Translate(new(1, 20), at); // 0 W
        }

        concentrator.Measured(CurveGens.Watts(6), 1_001);
        Assert.Equal(CurveGens.Watts(1), flow.Uncontrolled);
        concentrator.Measured(CurveGens.Watts(6), 1_900);
        Assert.Equal(CurveGens.Watts(6), flow.Uncontrolled);
    }

    [Fact]
    public void Flow_is_measured_only_where_there_are_bounds_for_it() =>
        Assert.Throws<InvalidOperationException>(() => Create().Measured(Demand.Zero, 0));

    private static Concentrator Create(ShavedFlow? shaving = null, int remembered = 16) =>
        new(new AgentBook(Basis, new AgentBookRules { BidLifetime = Lifetime }), new UpdateLimit(0), new BidSeries(Lifetime), shaving, remembered);
}
