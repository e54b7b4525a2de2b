using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class DeviceAgentTests
{
    private static readonly MarketBasis Basis = MarketBasis.Create(3, 0, 20);
    private static readonly DemandCurve Heater = CurveGens.Curve(Basis, 5, 2, 0);

    [Fact]
    public void Price_is_followed_only_when_it_answers_the_latest_bid()
    {
        var agent = Agent();
        var first = agent.Bid(Heater, 100);
        Assert.Equal(CurveGens.Watts(2), agent.Follow(new NumberedPrice(first.BidNumber, 10)));
        var second = agent.Bid(CurveGens.Curve(Basis, 9, 9, 9), 200);
        Assert.Null(agent.Follow(new NumberedPrice(first.BidNumber, 10)));
        Assert.Equal(CurveGens.Watts(9), agent.Follow(new NumberedPrice(second.BidNumber, 10)));
        Assert.Null(agent.Follow(new NumberedPrice(second.BidNumber, 21)));
    }

    [Fact]
    public void Agent_that_has_left_follows_nothing()
    {
        var agent = Agent();
        var bid = agent.Bid(Heater, 100);
        Assert.True(agent.Leave(100) > bid.BidNumber);
        Assert.Null(agent.Follow(new NumberedPrice(bid.BidNumber, 10)));
    }

    [Fact]
    public void Numbers_go_on_above_those_from_before_a_restart()
    {
        var before = Agent();
        before.Bid(Heater, 1_000);
        var last = before.Bid(Heater, 1_000);
        Assert.Equal(1_001, last.BidNumber);
        Assert.True(Agent().Bid(Heater, 1_002).BidNumber > last.BidNumber);
    }

    [Fact]
    public void Agent_whose_clock_went_back_passes_the_number_that_the_refusal_names()
    {
        var agent = Agent();
        agent.Bid(Heater, 5);
        Assert.True(agent.Refused(CurveRefusal.StaleNumber(1_700)));
        Assert.Equal(1_701, agent.Bid(Heater, 6).BidNumber);

        // A refusal that was under way when the agent had counted on, or for another reason, asks for nothing.
        Assert.False(agent.Refused(CurveRefusal.StaleNumber(1_700)));
        Assert.False(agent.Refused(CurveRefusal.Full));

        // Nobody counts that far: believing it would leave no number above.
        Assert.False(agent.Refused(CurveRefusal.StaleNumber(long.MaxValue)));
        Assert.Equal(1_702, agent.Bid(Heater, 7).BidNumber);
    }

    [Fact]
    public void Bid_is_said_again_when_half_of_its_lifetime_is_over()
    {
        var agent = Agent();
        Assert.Null(agent.RenewAt);
        Assert.Equal((1_100L, 600L), (agent.Bid(Heater, 100).ExpiresAt, agent.RenewAt));
    }

    [Fact]
    public void Allocation_is_taken_once_for_a_period_and_only_within_the_bid()
    {
        var agent = Agent();
        var bid = agent.Bid(Heater, 100);
        agent.Bid(Heater, 200);

        // Over an hour at step 1: between 0 Wh (step 2) and 5 Wh (step 0).
        Assert.False(agent.TryTake(new(bid.BidNumber, new Period(7), 10, new Energy(6)), 3600));
        Assert.False(agent.TryTake(new(bid.BidNumber, new Period(7), 10, new Energy(-1)), 3600));
        Assert.False(agent.TryTake(new(bid.BidNumber, new Period(7), 21, new Energy(2)), 3600));
        Assert.False(agent.TryTake(new(bid.BidNumber - 1, new Period(7), 10, new Energy(2)), 3600));
        Assert.True(agent.TryTake(new(bid.BidNumber, new Period(7), 10, new Energy(5)), 3600));
        Assert.False(agent.TryTake(new(bid.BidNumber, new Period(7), 10, new Energy(5)), 3600));
        Assert.False(agent.TryTake(new(bid.BidNumber, new Period(6), 10, new Energy(5)), 3600));
        Assert.True(agent.TryTake(new(bid.BidNumber, new Period(8), 10, new Energy(5)), 3600));
    }

    private static DeviceAgent Agent() => new(new BidSeries(1_000));
}
