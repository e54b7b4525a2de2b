using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class AuctioneerTests
{
    private static readonly MarketBasis Basis = MarketBasis.Create(11, 0, 100);
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");
    private static readonly Period First = new(7);

    // Falls by 1 W a step: zero at step 5, price 50.
    private static readonly DemandCurve Falling = CurveGens.Curve(Basis, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5);

    [Fact]
    public void Every_agent_hears_the_price_for_its_own_bid()
    {
        var auctioneer = Create();
        Assert.Empty(auctioneer.Update(0, First));
        auctioneer.Bid(Anna, new(3, Falling, 500), 0);
        auctioneer.Bid(Bice, new(9, Falling, 500), 0);
        Assert.Equal([new PriceFor(Anna, new(3, 50)), new PriceFor(Bice, new(9, 50))], auctioneer.Update(0, First).OrderBy(price => price.Agent));
        Assert.Empty(auctioneer.Update(1, First));
    }

    [Fact]
    public void Without_bids_nothing_is_due_however_many_periods_begin()
    {
        var auctioneer = Create();
        auctioneer.Update(0, First);
        Assert.Null(auctioneer.DueAt);
        auctioneer.Update(1, First.Next);
        Assert.Null(auctioneer.DueAt);

        // The first bid is answered at once all the same.
        auctioneer.Bid(Anna, new(3, Falling, 500), 2);
        Assert.Equal(long.MinValue, auctioneer.DueAt);
        Assert.Single(auctioneer.Update(2, First.Next));
    }

    [Fact]
    public void Invalid_bid_is_refused_alone()
    {
        var auctioneer = Create();
        auctioneer.Bid(Anna, new(3, Falling, 500), 0);
        auctioneer.Update(0, First);
        Assert.Equal(new CurveRefusal("other-basis"), auctioneer.Bid(Bice, new(1, DemandCurve.Flat(MarketBasis.Create(2, 0, 100), Demand.Zero), 500), 1));
        Assert.Empty(auctioneer.Update(1, First));
        Assert.Null(auctioneer.DueAt);
    }

    [Fact]
    public void Agent_that_leaves_or_expires_changes_the_price()
    {
        var auctioneer = Create();
        auctioneer.Bid(Anna, new(1, Falling, 900), 0);
        auctioneer.Bid(Bice, new(1, Falling.Shifted(CurveGens.Watts(4)), 900), 0); // the sum 14 − 2 i is zero at 7
        Assert.Equal([70L, 70], auctioneer.Update(0, First).Select(price => price.Price.Price));
        auctioneer.Leave(Bice, 2);
        Assert.Equal([new PriceFor(Anna, new(1, 50))], auctioneer.Update(1, First));
        Assert.Empty(auctioneer.Update(900, First));
    }

    [Fact]
    public void Set_points_of_the_schedule_hold_in_their_periods()
    {
        // −2 W in period 7: where the agents' curve is −2, step 7. Then nothing: step 5.
        var auctioneer = Create(ObjectiveAgent.SetPoints(Basis, [new(First, CurveGens.Watts(-2))]));
        auctioneer.Bid(Anna, new(1, Falling, 900), 0);
        Assert.Equal([new PriceFor(Anna, new(1, 70))], auctioneer.Update(0, First));
        Assert.Equal([new PriceFor(Anna, new(1, 50))], auctioneer.Update(1, First.Next));
        Assert.Equal((new Energy(-2), 70L), (auctioneer.Close(2, First, 3600).Boundary, auctioneer.Close(2, First, 3600).Price));
    }

    [Fact]
    public void Objective_agent_that_bids_like_any_other_moves_the_price_as_the_auctioneers_own_does()
    {
        // Its curve is the negative of its aim; it takes what the others give, so the allocations sum to zero.
        var auctioneer = Create();
        auctioneer.Bid(Anna, new(1, Falling, 900), 0);
        auctioneer.Bid(Bice, new(1, DemandCurve.Flat(Basis, CurveGens.Watts(2)), 900), 0);
        var close = auctioneer.Close(0, First, 3600);
        Assert.Equal((70L, Energy.Zero), (close.Price, close.Boundary));
        Assert.Equal([new Energy(-2), new Energy(2)], close.Allocations.Select(allocation => allocation.Allocation.Energy));
    }

    [Fact]
    public void Period_closes_with_whole_watt_hours_that_sum_to_zero()
    {
        // At step 2 (price 20): 10 + 5 W are wanted and 9 are there; both stop at step 3, so they share 6 : 3.
        var auctioneer = Create();
        auctioneer.Bid(new("c"), new(4, CurveGens.Curve(Basis, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9), 900), 0);
        auctioneer.Bid(new("a"), new(2, CurveGens.Curve(Basis, 10, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0), 900), 0);
        auctioneer.Bid(new("b"), new(3, CurveGens.Curve(Basis, 5, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0), 900), 0);
        var close = auctioneer.Close(0, First, 3600);

        // 6 over at step 2, 9 under at step 3: the price divides the gap 6 : 9, at 20 + 4.
        Assert.Equal((24L, Energy.Zero), (close.Price, close.Boundary));
        Assert.Equal(
            [new AllocationFor(new("a"), new(2, First, 24, new Energy(6))), new AllocationFor(new("b"), new(3, First, 24, new Energy(3))), new AllocationFor(new("c"), new(4, First, 24, new Energy(-9)))],
            close.Allocations);
    }

    [Fact]
    public void Period_without_bids_closes_with_nothing()
    {
        var close = Create().Close(0, First, 900);
        Assert.Equal((null, Energy.Zero, 0), (close.Price, close.Boundary, close.Allocations.Length));
    }

    private static Auctioneer Create(ObjectiveAgent? objective = null) =>
        new(new AgentBook(Basis, new AgentBookRules { BidLifetime = 1_000 }), new UpdateLimit(0), objective);
}
