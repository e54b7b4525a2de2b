using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;
using static VirtualEnergy.P2P.Contracts.JudgedMarket;

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

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Honest_prices_and_margins_are_never_slashed(bool withPremiums, bool sharing)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var (round, _) = await market.SettleAsync(market.Clear(withPremiums, sharing));
        await market.RefusesAsync(expert => expert.ProveWrongPriceAsync(market.Challenger, round, Cancellation));
        for (var bid = 0; bid < round.Bids.Bids.Length; bid++)
        {
            var at = bid;
            await market.RefusesAsync(expert => expert.ProveWrongMarginAsync(market.Challenger, round, at, Cancellation));
        }

        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>Rounds of the real auction under rules of any k and tick: the contract makes of their margins the price that they had.</summary>
    [Fact]
    public async Task The_contract_makes_the_auctions_price_of_its_margins()
    {
        var expert = await ClearingProofsContract.DeployAsync(chain.Registrar, Cancellation);
        var random = new Random(4);
        var (traded, clipped) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var rules = MarketRules.Default with { KThousandths = random.Next(1001), TickMicroEurPerKWh = 1 + random.Next(200) };
            var cleared = RoundCalculator.Clear(First, RandomBids(random, rules.TickMicroEurPerKWh), new Dictionary<MemberId, ZoneId>(), rules);
            var committed = CommittedTrades.Of(cleared);
            Assert.Equal(committed.Price, await expert.PriceOfAsync(chain.Client, committed.Margins, rules, Cancellation));
            Assert.Null(committed.Margins.FirstContradiction(cleared.Bids, committed.Ledger));
            traded += cleared.Clearing.Price is null ? 0 : 1;
            clipped += cleared.Clearing.Interval is { } interval && (interval.Low == cleared.Clearing.Price || interval.High == cleared.Clearing.Price) ? 1 : 0;
        }

        Assert.True(traded > 80 && clipped > 30 && traded - clipped > 10, $"{traded} rounds traded, {clipped} at an end of the interval.");
    }

    /// <summary>The price is shifted by one tick: every step better than it is filled, so nothing but the margins tells.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public async Task A_price_shifted_by_one_tick_is_proved_and_balances_restored(long shift)
    {
        // 900 Wh at 250,000 to 230,000 are bought, 900 Wh at 90,000 are sold, and nothing is left in between: any price from 100,000 to 230,000
        // fills every better step.
        var market = await JudgedMarket.OfAsync(chain);
        var before = await market.Escrow.BalancesAsync();
        var cleared = market.ClearAll([(250_000, 300), (240_000, 300), (230_000, 300)], [(80_000, 300), (90_000, 600)]);
        Assert.Equal(160_000, cleared.Clearing.Price!.Value.MicroEurPerKWh); // the middle of 230,000 and 90,000
        var price = new Price(160_000 + shift);
        ImmutableArray<Trade> cheated = [.. cleared.Trades.Select(trade => trade with { Price = price })];
        var ledger = LedgerEntry.Book(cheated, [], default);
        var trades = new CommittedTrades(cheated, ledger, price, 0, RoundMargins.Of(cleared.Bids, ledger));
        var bids = new CommittedBids(cleared.Bids);
        var batch = new SettlementBatch(First, bids.Root, trades.Root, Netting.DeltasOf(cheated, [], default));
        var (round, _) = await market.SettleAsync(batch, bids, trades);
        for (var bid = 0; bid < cleared.Bids.Length; bid++)
        {
            var at = bid;
            await market.RefusesAsync(judge => judge.ProveUnfilledStepAsync(market.Challenger, round, at, Cancellation));
        }

        var receipt = await market.Clearing.ProveWrongPriceAsync(market.Challenger, round, Cancellation);
        output.WriteLine($"proof: {receipt.GasUsed} gas");
        await market.Escrow.Contract.RollbackAsync(market.Challenger, batch, Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
    }

    /// <summary>So that a shifted price looks right, the margins are shifted, too: another price, another bid, or none at all.</summary>
    [Theory]
    [InlineData("price")]
    [InlineData("bid")]
    [InlineData("none")]
    [InlineData("nobody")]
    public async Task A_false_margin_is_proved_by_a_bid(string how)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var ledger = LedgerEntry.Book(cleared.Trades, [], default);
        var honest = RoundMargins.Of(cleared.Bids, ledger);
        var buy = honest.Buy!.Value;
        var margins = honest with
        {
            Buy = how switch
            {
                "price" => buy with { Price = new Price(buy.Price.MicroEurPerKWh - 100) },
                "bid" => buy with { Bid = honest.Sell!.Value.Bid },
                "none" => null,
                _ => buy with { Bid = 6 },
            },
        };
        var trades = new CommittedTrades(cleared.Trades, ledger, cleared.Clearing.Price!.Value, 0, margins);
        var (round, _) = await market.SettleAsync(new CommittedBids(cleared.Bids), trades, cleared.Deltas);
        var bid = margins.FirstContradiction(cleared.Bids, ledger)!.Value;
        await market.ProvesAsync(expert => expert.ProveWrongMarginAsync(market.Challenger, round, bid, Cancellation));
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

    /// <summary>The dearest of these proofs: in a large round each of its two bids and four entries has a way of 14 hashes and more.</summary>
    [Fact]
    public async Task A_proof_of_unfair_shares_in_a_large_round_has_its_gas()
    {
        const int leaves = 16_384;
        var market = await JudgedMarket.OfAsync(chain);
        var seller = market.Escrow.Members[1].ToMember();
        var signed = market.Sign(0, new Bid(market.Escrow.Members[0].ToMember(), First, 1, [new Step(new Price(200_000), new Energy(100))], []));
        ImmutableArray<SignedBid> bids =
        [
            .. Enumerable.Range(0, leaves).Select(i => signed with { Bid = signed.Bid with { Member = new MemberId($"0x{0x10_0000 + i:x40}") } }),
        ];

        // One buyer gets all and the others nothing of what they share at the price; each bid stands for its own hash.
        bids = bids.SetItem(leaves / 2, Rehashed(market, bids[leaves / 2])).SetItem(leaves / 3, Rehashed(market, bids[leaves / 3]));
        ImmutableArray<Trade> trades = [.. Enumerable.Range(0, leaves).Select(i => new Trade(bids[leaves / 2].Bid.Member, seller, new Energy(1 + i), new Price(200_000)))];
        var ledger = LedgerEntry.Book(trades, [], default);
        var committed = new CommittedTrades(trades, ledger, new Price(200_000), 0, default);
        var (round, _) = await market.SettleAsync(new CommittedBids(bids), committed, []);
        var share = new UnfairShare(leaves / 2, leaves / 3, OfBuyers: true);
        var receipt = await market.Clearing.ProveUnfairShareAsync(market.Challenger, round, share, Cancellation);
        output.WriteLine($"unfair share, {leaves} leaves: {receipt.GasUsed} gas");
        Assert.InRange(receipt.GasUsed, 21_000ul, 200_000ul);
    }

    private static SignedBid Rehashed(JudgedMarket market, SignedBid signed) => market.Sign(0, signed.Bid, asItStands: true);

    /// <summary>Up to six bids with steps at a few prices, each member's buys below her sells.</summary>
    private static IEnumerable<SignedBid> RandomBids(Random random, long tick)
    {
        for (var member = 0; member < 2 + random.Next(5); member++)
        {
            var split = random.Next(40);
            var prices = Enumerable.Range(0, 40).OrderBy(_ => random.Next()).Take(random.Next(4)).Order().ToList();
            ImmutableArray<Step> StepsAt(IEnumerable<int> at) => [.. at.Select(price => new Step(new Price(tick * (price - 10)), new Energy(50 * (1 + random.Next(2)))))];
            var bid = new Bid(AddressOf(member).ToMember(), First, 1, StepsAt(prices.Where(price => price < split).Reverse()), StepsAt(prices.Where(price => price >= split)));
            yield return new SignedBid(bid, Keccak256.Hash(BitConverter.GetBytes(member)), [.. new byte[65]]);
        }
    }
}
