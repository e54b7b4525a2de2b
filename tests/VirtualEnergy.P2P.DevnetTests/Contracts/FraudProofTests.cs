using System.Collections.Immutable;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>
/// An operator who cheats after the market has cleared, on a real chain: a member proves it with nothing but what was published, the
/// period is rolled back, and she is paid from the bond. Whatever is honest cannot be proved wrong.
/// </summary>
[Collection(ContractTests.Name)]
public sealed class FraudProofTests(DevChain chain, ITestOutputHelper output)
{
    private const long Bond = 1_000_000;
    private static readonly Period First = new(Before + 1);

    [Fact]
    public async Task An_honest_round_is_never_slashed()
    {
        var market = await MarketAsync();
        var round = market.Clear();
        Assert.NotEmpty(round.Trades);
        var (settled, bids, trades) = await market.SettleAsync(round.Bids, round.Trades, round.Deltas);
        for (var trade = 0; trade < round.Trades.Length; trade++)
        {
            foreach (var member in (MemberId[])[round.Trades[trade].Buyer, round.Trades[trade].Seller])
            {
                var bid = round.Bids.ToList().FindIndex(signed => signed.Bid.Member == member);
                await market.RefusesAsync(judge => judge.ProveTradeOutsideBidAsync(market.Challenger, market.Escrow.Contract.Address, settled, trades, trade, bids, bid, Cancellation));
            }

            await market.RefusesAsync(judge => judge.ProveTradeOfStrangerAsync(market.Challenger, market.Escrow.Contract.Address, settled, trades, trade, Cancellation));
            await market.RefusesAsync(judge => judge.ProveWrongAmountAsync(market.Challenger, market.Escrow.Contract.Address, settled, trades, trade, Cancellation));
        }

        for (var bid = 0; bid < round.Bids.Length; bid++)
        {
            await market.RefusesAsync(judge => judge.ProveForeignBidAsync(market.Challenger, market.Escrow.Contract.Address, settled, bids, bid, round.Bids[bid].Bid, Cancellation));
        }

        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>The operator lets a member buy one tick above her limit, and the seller is his friend.</summary>
    [Fact]
    public async Task A_price_beyond_the_limit_is_proved_rolled_back_and_paid()
    {
        var market = await MarketAsync();
        var round = market.Clear();
        var before = await market.Escrow.BalancesAsync();
        var limit = round.Bids.Single(signed => signed.Bid.Member == round.Trades[0].Buyer).Bid.Buy[0].Price;
        var cheated = round.Trades.SetItem(0, round.Trades[0] with { Price = new Price(limit.MicroEurPerKWh + 100) });
        var (settled, bids, trades) = await market.SettleAsync(round.Bids, cheated, Netting.DeltasOf(cheated, [], new MoneyAccounts(null, null)));
        Assert.NotEqual(before, await market.Escrow.BalancesAsync());

        var buyer = round.Bids.ToList().FindIndex(signed => signed.Bid.Member == cheated[0].Buyer);
        var receipt = await market.Judge.ProveTradeOutsideBidAsync(
            market.Challenger, market.Escrow.Contract.Address, settled, trades, 0, bids, buyer, Cancellation);
        output.WriteLine($"proof: {receipt.GasUsed} gas");
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);

        var batch = new SettlementBatch(First, settled.BidsRoot, settled.TradesRoot, Netting.DeltasOf(cheated, [], new MoneyAccounts(null, null)));
        await market.Escrow.Contract.RollbackAsync(market.Challenger, batch, Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Exiting);
    }

    [Fact]
    public async Task An_invented_member_is_proved()
    {
        var market = await MarketAsync();
        var round = market.Clear();
        var invented = round.Trades.SetItem(0, round.Trades[0] with { Seller = AddressOf(500).ToMember() });
        var (settled, _, trades) = await market.SettleAsync(round.Bids, invented, []);
        await market.Judge.ProveTradeOfStrangerAsync(market.Challenger, market.Escrow.Contract.Address, settled, trades, 0, Cancellation);
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    /// <summary>A bid of the period before, with its true signature, is counted once more.</summary>
    [Fact]
    public async Task A_replayed_bid_is_proved()
    {
        var market = await MarketAsync();
        var old = market.Sign(0, new Bid(market.Escrow.Members[0].ToMember(), First.Previous, 1, [new Step(new Price(200_000), new Energy(100))], []));
        var (settled, bids, _) = await market.SettleAsync([old], [], []);
        await market.Judge.ProveForeignBidAsync(market.Challenger, market.Escrow.Contract.Address, settled, bids, 0, old.Bid, Cancellation);
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    [Fact]
    public async Task Two_bids_of_one_member_are_proved()
    {
        var market = await MarketAsync();
        var round = market.Clear();
        var again = market.Sign(0, round.Bids.Single(signed => signed.Bid.Member == market.Escrow.Members[0].ToMember()).Bid with { Number = 9 });
        var (settled, bids, _) = await market.SettleAsync([.. round.Bids, again], [], []);
        var first = round.Bids.ToList().FindIndex(signed => signed.Bid.Member == again.Bid.Member);
        await market.Judge.ProveTwoBidsAsync(market.Challenger, market.Escrow.Contract.Address, settled, bids, first, round.Bids.Length, Cancellation);
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    /// <summary>Goals: at most 75,000 gas for a bid of one step and 100,000 for one of 32, in trees of 16,384 leaves.</summary>
    [Theory]
    [InlineData(1, 75_000)]
    [InlineData(32, 100_000)]
    public async Task A_proof_in_a_large_round_stays_within_its_gas(int steps, ulong limit)
    {
        const int leaves = 16_384;
        var market = await MarketAsync();
        var (buyer, seller) = (market.Escrow.Members[0].ToMember(), market.Escrow.Members[1].ToMember());
        var bid = market.Sign(0, new Bid(buyer, First, 1, [.. Enumerable.Range(0, steps).Select(i => new Step(new Price(200_000 - 100 * i), new Energy(100)))], []));
        ImmutableArray<SignedBid> others =
            [.. Enumerable.Range(1, leaves - 1).Select(i => bid with { Bid = bid.Bid with { Member = AddressOf(i).ToMember() } })];
        ImmutableArray<Trade> trades = [.. Enumerable.Range(0, leaves).Select(i => new Trade(buyer, seller, new Energy(100 + i), new Price(300_000)))];
        var (settled, bidTree, tradeTree) = await market.SettleAsync([bid, .. others], trades, []);
        var receipt = await market.Judge.ProveTradeOutsideBidAsync(
            market.Challenger, market.Escrow.Contract.Address, settled, tradeTree, leaves / 2, bidTree, 0, Cancellation);
        output.WriteLine($"{steps} steps, {leaves} leaves: {receipt.GasUsed} gas");
        Assert.InRange(receipt.GasUsed, 21_000ul, limit);
    }

    private Task<Market> MarketAsync() => Market.OfAsync(chain);

    /// <summary>An escrow with a judge, and members whose signed bids cross.</summary>
    private sealed class Market(DevChain chain, Escrow escrow, FraudProofsContract judge)
    {
        private readonly BidSigning _signing = new(new MarketDomain(DevChain.ChainId, escrow.Contract.Address));

        public Escrow Escrow { get; } = escrow;

        public FraudProofsContract Judge { get; } = judge;

        public TransactionSender Challenger => Escrow.SenderOf(0);

        public static async Task<Market> OfAsync(DevChain chain)
        {
            var judge = await FraudProofsContract.DeployAsync(chain.Registrar, Cancellation);
            var escrow = await Escrow.OfAsync(chain, members: 6, eachMicroEur: 10_000_000, terms: terms => terms with
            {
                Judge = judge.Address, Challenge = TimeSpan.FromHours(1), Bond = new Money(Bond),
            });
            await escrow.Euro.MintAsync(chain.Registrar, chain.Registrar.Address, new Money(Bond), Cancellation);
            await escrow.Euro.ApproveAsync(chain.Registrar, escrow.Contract.Address, new Money(Bond), Cancellation);
            await escrow.Contract.PostBondAsync(chain.Registrar, new Money(Bond), Cancellation);
            return new Market(chain, escrow, judge);
        }

        public SignedBid Sign(int member, Bid bid) => _signing.Sign(bid, DevAccounts.Keys[member + 2]);

        /// <summary>Three buy and three sell, one of the buyers with preferences.</summary>
        public Round Clear()
        {
            var bids = Enumerable.Range(0, 6).Select(i => Sign(i, new Bid(
                Escrow.Members[i].ToMember(), First, i + 1,
                i < 3 ? [new Step(new Price(250_000 - 10_000 * i), new Energy(300)), new Step(new Price(120_000), new Energy(150))] : [],
                i < 3 ? [] : [new Step(new Price(60_000 + 10_000 * i), new Energy(200 + i))])
            {
                Preferences = i == 1 ? new Preferences(new Price(1_000), new Price(2_000)) : Preferences.None,
            }));
            return RoundCalculator.Clear(First, bids, new Dictionary<MemberId, ZoneId>(), MarketRules.Default);
        }

        /// <summary>Settles what the operator says came out.</summary>
        public async Task<(SettledPeriod Settled, CommittedBids Bids, CommittedTrades Trades)> SettleAsync(
            ImmutableArray<SignedBid> bids, ImmutableArray<Trade> trades, ImmutableArray<MemberDelta> deltas)
        {
            var (bidTree, tradeTree) = (new CommittedBids(bids), new CommittedTrades(trades));
            var batch = new SettlementBatch(First, bidTree.Root, tradeTree.Root, deltas);
            await Escrow.Contract.SettleAsync(chain.Settler, batch, Cancellation);
            var lanes = await Escrow.Contract.LanesAsync(Cancellation);
            return (new SettledPeriod(First, bidTree.Root, tradeTree.Root, SettlementCommitment.DeltasHash(batch, lanes)), bidTree, tradeTree);
        }

        public async Task RefusesAsync(Func<FraudProofsContract, Task> proof) => await Escrow.RefusesAsync("NoFraud", [], () => proof(Judge));
    }
}
