using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

/// <summary>A node obeys a result only as far as its own bid goes.</summary>
public sealed class OwnTradesTests
{
    private static readonly MemberId Anna = new("anna");

    // Buys 100 Wh at up to 20 ct and 50 more at up to 10 ct; sells 80 Wh from 30 ct on.
    private static readonly Bid Bid = new(Anna, new Period(7), 1, [new(new(200_000), new(100)), new(new(100_000), new(50))], [new(new(300_000), new(80))]);

    [Fact]
    public void Net_energy_is_bought_less_sold()
    {
        ImmutableArray<Trade> trades = [Buys(60, 150_000), Buys(40, 150_000), Sells(30, 150_000), new(new("bice"), new("carlo"), new(999), new(1))];
        Assert.Equal(new Energy(70), OwnTrades.NetEnergy(trades, Anna));
    }

    [Fact]
    public void Trades_within_the_bid_keep_it()
    {
        Assert.True(OwnTrades.KeepTheBid([], Anna, null));
        Assert.True(OwnTrades.KeepTheBid([Buys(100, 150_000)], Anna, Bid));
        Assert.True(OwnTrades.KeepTheBid([Buys(75, 100_000), Buys(75, 100_000)], Anna, Bid));
        Assert.True(OwnTrades.KeepTheBid([Sells(80, 300_000)], Anna, Bid));
        Assert.True(OwnTrades.KeepTheBid([Buys(100, 200_000), Buys(50, 90_000)], Anna, Bid)); // each step at its own price
        Assert.True(OwnTrades.KeepTheBid([new(new("bice"), new("carlo"), new(999), new(1))], Anna, null));
    }

    [Fact]
    public void Trades_beyond_the_bid_do_not()
    {
        Assert.False(OwnTrades.KeepTheBid([Buys(1, 150_000)], Anna, null)); // nothing was bid
        Assert.False(OwnTrades.KeepTheBid([Buys(101, 150_000)], Anna, Bid)); // more than the step
        Assert.False(OwnTrades.KeepTheBid([Buys(1, 200_100)], Anna, Bid)); // dearer than any step
        Assert.False(OwnTrades.KeepTheBid([Sells(80, 299_900)], Anna, Bid)); // cheaper than the step
        Assert.False(OwnTrades.KeepTheBid([Buys(1, 150_000), Sells(1, 150_000)], Anna, Bid)); // both sides
        Assert.False(OwnTrades.KeepTheBid([Buys(60, 150_000), Buys(41, 200_000)], Anna, Bid)); // together more than the step above 100 000
        Assert.False(OwnTrades.KeepTheBid([Buys(100, 150_000) with { GridFee = new(50_100) }], Anna, Bid)); // with the fee dearer than any step
        Assert.False(OwnTrades.KeepTheBid([Buys(-1, 150_000)], Anna, Bid));
        Assert.False(OwnTrades.KeepTheBid([new(Anna, Anna, new(1), new(150_000))], Anna, Bid));
    }

    private static Trade Buys(long energy, long price) => new(Anna, new("bice"), new(energy), new(price));

    private static Trade Sells(long energy, long price) => new(new("bice"), Anna, new(energy), new(price));
}
