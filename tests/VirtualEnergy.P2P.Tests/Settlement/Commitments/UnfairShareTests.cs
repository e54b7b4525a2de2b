using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class UnfairShareTests
{
    [Fact]
    public void The_auctions_shares_never_look_unfair() => CommittedRoundGen.Rounds.Sample(
        round => Assert.Null(UnfairShare.Find(new CommittedBids(round.Bids), CommittedTrades.Of(round))), iter: 3_000);

    /// <summary>Two Wh more than what is fair is too much for any r that fits the other's.</summary>
    [Fact]
    public void Two_Wh_moved_between_two_at_the_margin_are_found()
    {
        var found = 0;
        Gen.Select(CommittedRoundGen.Rounds, Gen.Int[0, 13], Gen.Long[2, 50]).Sample((round, pick, moved) =>
        {
            if (Favour(round, pick, new Energy(moved)) is not { } cheated)
            {
                return;
            }

            Interlocked.Increment(ref found);
            var share = UnfairShare.Find(new CommittedBids(round.Bids), CommittedTrades.Of(cheated));
            Assert.NotNull(share);
            Assert.NotEqual(share.Value.Bid, share.Value.Other);
        }, iter: 3_000);
        Assert.True(found > 100, $"Only {found} rounds had a margin to cheat at.");
    }

    /// <summary>403, 404 and 405 Wh share 900: r = 900/1212, so 299.25, 300 and 300.74 Wh; the Wh left over goes to .74, and 299, 300, 301 are sold.</summary>
    [Fact]
    public void Whoever_gets_two_Wh_of_another_is_named()
    {
        CommittedTrades Sold(params long[] shares)
        {
            var trades = shares.Select((wh, i) => new Trade(Member(9), Member(i), new Energy(wh), new Price(90_000)));
            return new CommittedTrades([.. trades], LedgerEntry.Book([.. trades], [], default), new Price(90_000));
        }

        var bids = new CommittedBids([.. Enumerable.Range(0, 3).Select(i =>
            new SignedBid(new Bid(Member(i), CommittedRoundGen.Period, 1, [], [new Step(new Price(90_000), new Energy(403 + i))]), default, [.. new byte[65]]))]);
        Assert.Null(UnfairShare.Find(bids, Sold(299, 300, 301)));
        Assert.Equal(new UnfairShare(2, 0, OfBuyers: false), UnfairShare.Find(bids, Sold(297, 300, 303)));
        Assert.Equal(new UnfairShare(0, 2, OfBuyers: false), UnfairShare.Find(bids, Sold(301, 300, 299)));
    }

    [Fact]
    public void Premiums_excuse_any_shares() => CommittedRoundGen.Rounds.Sample(round =>
    {
        var trades = CommittedTrades.Of(round);
        Assert.Null(UnfairShare.Find(new CommittedBids(round.Bids), new CommittedTrades([], [], trades.Price, premiumBid: 1)));
    }, iter: 50);

    /// <summary>A trade of one at the margin goes to another at the margin, in part or whole; null where there are no two, or too little.</summary>
    private static Round? Favour(Round round, int pick, Energy moved)
    {
        if (round.Clearing.Price is not { } price)
        {
            return null;
        }

        var atMargin = round.Bids.Where(signed => signed.Bid.Sell.Any(step => step.Price == price)).Select(signed => signed.Bid.Member).ToList();
        var victim = atMargin.Count < 2 ? default : atMargin[pick % atMargin.Count];
        var friend = atMargin.Count < 2 ? default : atMargin[(pick + 1) % atMargin.Count];
        for (var i = 0; i < round.Trades.Length; i++)
        {
            var trade = round.Trades[i];
            if (atMargin.Count > 1 && trade.Seller == victim && trade.Buyer != friend && trade.Energy > moved)
            {
                return round with { Trades = round.Trades.SetItem(i, trade with { Energy = trade.Energy - moved }).Add(trade with { Seller = friend, Energy = moved }) };
            }
        }

        return null;
    }

    private static MemberId Member(int i) => new($"0x{i:x40}");
}
