using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>An operator who clears a market wrongly although no bid is broken: on a real chain, in rounds of the real auction.</summary>
[Collection(ContractTests.Name)]
public sealed class ClearingProofTests(DevChain chain, ITestOutputHelper output)
{
    /// <summary>Every pair of bids, on both sides; one seller has a rest, or three share it, or premiums count.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Honest_shares_are_never_slashed(bool withPremiums, bool sharing)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var (round, _) = await market.SettleAsync(market.Clear(withPremiums, sharing));
        Assert.Null(UnfairShare.Find(round.Bids, round.Trades));
        for (var one = 0; one < round.Bids.Bids.Length; one++)
        {
            for (var other = 0; other < round.Bids.Bids.Length; other++)
            {
                foreach (var ofBuyers in (bool[])[true, false])
                {
                    var share = new UnfairShare(one, other, ofBuyers);
                    await market.RefusesAsync(expert => expert.ProveUnfairShareAsync(market.Challenger, round, share, Cancellation));
                }
            }
        }

        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>Three sellers offer the same at the same price, and one sells what another should.</summary>
    [Fact]
    public async Task A_friend_who_is_favoured_at_the_margin_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear(sharing: true);
        var victim = cleared.Trades[0].Seller;
        var friend = cleared.Trades.Select(trade => trade.Seller).First(seller => seller != victim);
        ImmutableArray<Trade> cheated = [cleared.Trades[0] with { Seller = friend }, .. cleared.Trades[1..]];
        var (round, _) = await market.SettleAsync(cleared.Bids, cheated, default, cleared.Clearing.Price!.Value);
        var share = UnfairShare.Find(round.Bids, round.Trades)!.Value;
        Assert.Equal((friend, victim, false), (round.Bids.Bids[share.Bid].Bid.Member, round.Bids.Bids[share.Other].Bid.Member, share.OfBuyers));
        await market.ProvesAsync(async expert =>
        {
            var receipt = await expert.ProveUnfairShareAsync(market.Challenger, round, share, Cancellation);
            output.WriteLine($"proof: {receipt.GasUsed} gas");
        });
    }
}
