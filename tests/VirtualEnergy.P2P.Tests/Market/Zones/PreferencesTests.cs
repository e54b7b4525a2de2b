using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

public sealed class PreferencesTests
{
    private static readonly MemberId Anna = new("anna"), Bice = new("bice");
    private static readonly Preferences All = new(new Price(100), new Price(200), Bice, new Price(400));

    [Fact]
    public void Premiums_are_earned_by_quality_and_add_up()
    {
        Assert.Equal(default, All.Earned(Quality.None));
        Assert.Equal(new Price(300), All.Earned(Quality.Green | Quality.Local));
        Assert.Equal(new Price(700), All.Most);
    }

    [Fact]
    public void A_bid_states_them_as_far_as_it_may()
    {
        Step at(long price) => new(new Price(price), new Energy(1));

        Assert.Equal(All, All.For([at(1_000)], []));
        Assert.Equal(All, All.For([at(1_000)], [at(1_400)]));
        Assert.Equal(All with { GreenPremium = default, LocalPremium = default }, All.For([at(1_000)], [at(1_300)])); // 1,000 + 100 + 200 would meet it.
        Assert.Equal(Preferences.None, All.For([], [at(1_000)]));
    }

    [Fact]
    public void A_node_counts_the_premium_that_a_trade_earned_and_no_other()
    {
        var bid = new Bid(Anna, new Period(1), 1, [new Step(new Price(1_000), new Energy(5))], []) { Preferences = All };
        bool Keeps(MemberId seller, long price, Quality quality) =>
            OwnTrades.KeepTheBid([new Trade(Anna, seller, new Energy(5), new Price(price)) { Quality = quality }], Anna, bid);

        Assert.True(Keeps(Bice, 1_700, Quality.Green | Quality.Local | Quality.Partner));
        Assert.False(Keeps(Bice, 1_701, Quality.Green | Quality.Local | Quality.Partner));
        Assert.False(Keeps(Bice, 1_001, Quality.None));
        Assert.False(Keeps(new MemberId("carlo"), 1_301, Quality.Green | Quality.Local | Quality.Partner)); // Carlo is no partner of hers.
        Assert.True(Keeps(new MemberId("carlo"), 1_300, Quality.Green | Quality.Local | Quality.Partner));
    }
}
