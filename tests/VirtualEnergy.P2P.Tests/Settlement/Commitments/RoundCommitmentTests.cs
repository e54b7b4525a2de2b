using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class RoundCommitmentTests
{
    private static readonly EthereumKey Buyer = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x11, 32).ToArray());
    private static readonly EthereumKey Seller = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x22, 32).ToArray());
    private static readonly Period Period = new(1_982_400);
    private static readonly Round Example = MakeRound();

    [Fact]
    public void The_same_round_has_the_same_commitment_for_ever()
    {
        // Golden: a change here means that nobody can check yesterday's rounds any more.
        var commitment = RoundCommitment.Of(Example);

        Assert.Equal("0xb676528e320b4870977e8bfee05de3e7568f37c1bef66a630023d4c2fd8e3bff", commitment.BidsRoot.ToString());
        Assert.Equal("0x974d0c529c97aee70ee7ca90f1f7b08468d110f3c8c55336b003a0a0c80fc37e", commitment.TradesRoot.ToString());
        Assert.Equal("0x996f2ec1d959a0b87a96e48863ec07f294fe9a3e72a40c947e4e16146e28fe06", commitment.RoundHash.ToString());
        Assert.Equal(commitment, RoundCommitment.Of(MakeRound()));

        // A seed ends the encoding and changes nothing for the rounds that have none.
        var seeded = RoundCommitment.Of(Example with { Seed = commitment.BidsRoot });
        Assert.Equal("0x3918045392c07da5d0525d9dc9ce85adbaae6928b0e42c7960a710008c43912d", seeded.RoundHash.ToString());
        Assert.Equal((commitment.BidsRoot, commitment.TradesRoot), (seeded.BidsRoot, seeded.TradesRoot));
    }

    [Fact]
    public void Each_bid_trade_and_entry_has_a_way_to_its_root()
    {
        var (bids, trades) = (new CommittedBids(Example.Bids), CommittedTrades.Of(Example));
        Assert.Equal((bids.Root, trades.Root), (RoundCommitment.Of(Example).BidsRoot, RoundCommitment.Of(Example).TradesRoot));

        for (var i = 0; i < Example.Bids.Length; i++)
        {
            Assert.True(PositionalTree.Verify(bids.Tree, CommittedBids.LeafOf(Example.Bids[i]), i, Example.Bids.Length, bids.Siblings(i).AsSpan()));
        }

        Assert.True(PositionalTree.Verify(trades.Tree, CommittedTrades.LeafOf(Example.Trades[0]), 0, 1, trades.TradeSiblings(0).AsSpan()));
        for (var i = 0; i < trades.Ledger.Length; i++)
        {
            Assert.True(PositionalTree.Verify(trades.LedgerTree, trades.Ledger[i].Leaf(), i, trades.Ledger.Length, trades.EntrySiblings(i).AsSpan()));
        }
    }

    [Fact]
    public void Every_part_of_a_round_is_in_its_hash()
    {
        var trade = Example.Trades[0];
        Round[] altered =
        [
            Example with { Period = Period.Next },
            Example with { Bids = [Example.Bids[0]] },
            Example with { Bids = [Example.Bids[1], Example.Bids[0]] },
            Example with { Bids = [Example.Bids[0], Example.Bids[1] with { Signature = Example.Bids[0].Signature }] },
            Example with { Clearing = Example.Clearing with { Price = new Price(275_100) } },
            Example with { Clearing = Example.Clearing with { Price = null } },
            Example with { Clearing = Example.Clearing with { Volume = new Energy(401) } },
            Example with { Trades = [] },
            Example with { Trades = [trade with { Buyer = trade.Seller, Seller = trade.Buyer }] },
            Example with { Trades = [trade with { Energy = new Energy(401) }] },
            Example with { Trades = [trade with { Price = new Price(275_100) }] },
            Example with { Trades = [trade with { GridFee = new Price(100) }] },
            Example with { Trades = [trade with { Spread = new Price(100) }] },
            Example with { Trades = [trade with { Quality = Quality.Local }] },
            Example with { Trades = [trade, trade] },
            Example with { Seed = default(Hash256) },
            Example with { Seed = Example.Bids[0].Hash },
            Example with { Deltas = [Example.Deltas[0]] },
            Example with { Deltas = [new MemberDelta(Example.Deltas[0].Member, new Money(1)), Example.Deltas[1]] },
        ];
        var hashes = altered.Append(Example).Select(round => RoundCommitment.Of(round).RoundHash).ToArray();

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData(true, true, 300_000)] // the best buy limit: the sell limit of 250 000 would trade, were it not left out below
    [InlineData(false, true, 250_000)]
    [InlineData(false, false, 0)]
    public void A_round_without_trades_commits_to_a_price_that_no_step_is_better_than(bool buys, bool sells, long price)
    {
        ImmutableArray<SignedBid> bids =
        [
            .. Example.Bids.Where(signed => (buys && !signed.Bid.Buy.IsEmpty) || (sells && !buys && !signed.Bid.Sell.IsEmpty)),
        ];
        var trades = CommittedTrades.Of(new Round(Period, bids, Clearing.Nothing, [], []));

        Assert.Equal(price, trades.Price.MicroEurPerKWh);
        Assert.Equal((default, default), (trades.Tree, trades.LedgerTree));
    }

    [Fact]
    public void A_round_names_the_first_bid_that_buys_with_premiums()
    {
        var preferences = new Preferences(new Price(1_000), new Price(0));
        var prefers = Example.Bids.Select(signed => signed with { Bid = signed.Bid with { Preferences = preferences } }).ToImmutableArray();

        Assert.Equal(0, CommittedTrades.PremiumBidOf(Example.Bids));
        Assert.Equal(1 + prefers.ToList().FindIndex(signed => !signed.Bid.Buy.IsEmpty), CommittedTrades.PremiumBidOf(prefers));
    }

    [Fact]
    public void A_price_of_zero_is_not_the_absence_of_a_price()
    {
        var free = Example with { Clearing = Example.Clearing with { Price = new Price(0) } };
        var none = Example with { Clearing = Example.Clearing with { Price = null } };

        Assert.NotEqual(RoundCommitment.Of(free).RoundHash, RoundCommitment.Of(none).RoundHash);
    }

    // 400 Wh at 275 000 µEUR/kWh are 110 000 µEUR.
    private static Round MakeRound()
    {
        var signing = new BidSigning(new MarketDomain(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3")));
        var buy = signing.Sign(new Bid(Buyer.Address.ToMember(), Period, 1, [new Step(new Price(300_000), new Energy(400))], []), Buyer);
        var sell = signing.Sign(new Bid(Seller.Address.ToMember(), Period, 1, [], [new Step(new Price(250_000), new Energy(500))]), Seller);
        var trade = new Trade(Buyer.Address.ToMember(), Seller.Address.ToMember(), new Energy(400), new Price(275_000));
        ImmutableArray<MemberDelta> deltas = [new(trade.Buyer, new Money(-110_000)), new(trade.Seller, new Money(110_000))];
        return new Round(
            Period,
            [.. new[] { buy, sell }.OrderBy(signed => signed.Bid.Member)],
            new Clearing(trade.Price, new PriceInterval(new Price(250_000), new Price(300_000)), trade.Energy, []),
            [trade],
            [.. deltas.OrderBy(delta => delta.Member)]);
    }
}
