using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;
using static VirtualEnergy.P2P.Contracts.JudgedMarket;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>
/// An operator who cheats after the market has cleared, on a real chain: a member proves it with nothing but what was published, the
/// period is rolled back, and she is paid from the bond. Whatever is honest cannot be proved wrong.
/// </summary>
[Collection(ContractTests.Name)]
public sealed class FraudProofTests(DevChain chain, ITestOutputHelper output)
{
    private static MoneyAccounts NoAccounts => default;

    /// <summary>Every proof there is, at every place of two honest rounds: one of one price, one of premiums.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_honest_round_is_never_slashed(bool withPremiums)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear(withPremiums);
        Assert.NotEmpty(cleared.Trades);
        var (round, words) = await market.SettleAsync(cleared);
        for (var trade = 0; trade < cleared.Trades.Length; trade++)
        {
            var at = trade;
            await market.RefusesAsync(judge => judge.ProveImpossibleTradeAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveOtherPriceAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveTradeWithoutBidAsync(market.Challenger, round, at, true, Cancellation));
            foreach (var member in (MemberId[])[cleared.Trades[trade].Buyer, cleared.Trades[trade].Seller])
            {
                await market.RefusesAsync(judge => judge.ProveTradeOutsideBidAsync(market.Challenger, round, at, round.Bids.PlaceOf(member), Cancellation));
                await market.RefusesAsync(judge => judge.ProveTradeNotBookedAsync(market.Challenger, round, at, member, Cancellation));
            }
        }

        for (var bid = 0; bid < cleared.Bids.Length; bid++)
        {
            var at = bid;
            await market.RefusesAsync(judge => judge.ProveForeignBidAsync(market.Challenger, round, at, cleared.Bids[at].Bid, Cancellation));
            await market.RefusesAsync(judge => judge.ProveForgedSignatureAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveBidsOutOfOrderAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveUnfilledStepAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveNoPremiumAsync(market.Challenger, round, at, Cancellation));
            var receipt = ReceiptedBid.Of(cleared.Bids[bid]);
            await market.RefusesAsync(judge => judge.ProveMissingBidAsync(market.Challenger, round, receipt, market.Receipt(receipt), Cancellation));
            await market.RefusesAsync(judge => judge.ProveWrongDeltaAsync(market.Challenger, round, receipt.Member, words, Cancellation));
        }

        for (var entry = 0; entry < round.Trades.Ledger.Length; entry++)
        {
            var at = entry;
            await market.RefusesAsync(judge => judge.ProveEntriesOutOfOrderAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveWrongEntryAsync(market.Challenger, round, at, Cancellation));
            await market.RefusesAsync(judge => judge.ProveEntryWithoutTradeAsync(market.Challenger, round, at, Cancellation));
        }

        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>The operator lets a member buy one tick above her limit, and the seller is his friend.</summary>
    [Fact]
    public async Task A_price_beyond_the_limit_is_proved_rolled_back_and_paid()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var before = await market.Escrow.BalancesAsync();
        var limit = cleared.Bids.Single(signed => signed.Bid.Member == cleared.Trades[0].Buyer).Bid.Buy[0].Price;
        var cheated = cleared.Trades.SetItem(0, cleared.Trades[0] with { Price = new Price(limit.MicroEurPerKWh + 100) });
        var batch = Batch(cleared.Bids, cheated, out var bids, out var trades);
        var (round, _) = await market.SettleAsync(batch, bids, trades);
        Assert.NotEqual(before, await market.Escrow.BalancesAsync());

        var receipt = await market.Judge.ProveTradeOutsideBidAsync(market.Challenger, round, 0, bids.PlaceOf(cheated[0].Buyer), Cancellation);
        output.WriteLine($"proof: {receipt.GasUsed} gas");
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Frozen);

        await market.Escrow.Contract.RollbackAsync(market.Challenger, batch, Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Exiting);
    }

    [Fact]
    public async Task An_invented_member_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var (round, _) = await market.SettleAsync(cleared.Bids, cleared.Trades.SetItem(0, cleared.Trades[0] with { Seller = AddressOf(500).ToMember() }), []);
        await market.ProvesAsync(judge => judge.ProveImpossibleTradeAsync(market.Challenger, round, 0, Cancellation));
    }

    /// <summary>A bid of the period before, with its true signature, is counted once more.</summary>
    [Fact]
    public async Task A_replayed_bid_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var old = market.Sign(0, new Bid(market.Escrow.Members[0].ToMember(), First.Previous, 1, [new Step(new Price(200_000), new Energy(100))], []));
        var (round, _) = await market.SettleAsync([old], [], []);
        await market.ProvesAsync(judge => judge.ProveForeignBidAsync(market.Challenger, round, 0, old.Bid, Cancellation));
    }

    /// <summary>A step of a member's bid is altered; the signature is still that of what she signed.</summary>
    [Fact]
    public async Task An_altered_bid_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var hers = cleared.Bids[0];
        var altered = market.Sign(1, hers.Bid with { Number = 99 }, asItStands: true) with { Signature = hers.Signature };
        var (round, _) = await market.SettleAsync(cleared.Bids.SetItem(0, altered), [], []);
        await market.ProvesAsync(judge => judge.ProveForgedSignatureAsync(market.Challenger, round, 0, Cancellation));
    }

    [Fact]
    public async Task Two_bids_of_one_member_are_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var again = market.Sign(0, cleared.Bids.Single(signed => signed.Bid.Member == market.Escrow.Members[0].ToMember()).Bid with { Number = 9 });
        ImmutableArray<SignedBid> bids = [.. cleared.Bids.Append(again).OrderBy(signed => signed.Bid.Member)];
        var (round, _) = await market.SettleAsync(bids, [], []);
        await market.ProvesAsync(judge => judge.ProveBidsOutOfOrderAsync(market.Challenger, round, round.Bids.FirstDisorder()!.Value, Cancellation));
    }

    [Fact]
    public async Task A_receipted_bid_that_was_dropped_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var dropped = ReceiptedBid.Of(cleared.Bids[2]);
        var (round, _) = await market.SettleAsync(cleared.Bids.RemoveAt(2), [], []);
        await market.ProvesAsync(judge => judge.ProveMissingBidAsync(market.Challenger, round, dropped, market.Receipt(dropped), Cancellation));
    }

    [Fact]
    public async Task A_dropped_bid_is_proved_with_a_receipt_that_was_signed_together_with_others()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var (dropped, kept) = (ReceiptedBid.Of(cleared.Bids[2]), cleared.Bids.RemoveAt(2));
        var (round, _) = await market.SettleAsync(kept, [], []);
        var receipt = market.Receipt(dropped, [.. kept.Select(ReceiptedBid.Of)]);
        await market.ProvesAsync(judge => judge.ProveMissingBidAsync(market.Challenger, round, dropped, receipt, Cancellation));
    }

    [Fact]
    public async Task A_trade_of_one_who_did_not_bid_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var without = cleared.Bids.RemoveAt(cleared.Bids.ToList().FindIndex(signed => signed.Bid.Member == cleared.Trades[0].Seller));
        var (round, _) = await market.SettleAsync(without, cleared.Trades, []);
        await market.ProvesAsync(judge => judge.ProveTradeWithoutBidAsync(market.Challenger, round, 0, false, Cancellation));
    }

    /// <summary>One seller gets a tick less than the others.</summary>
    [Fact]
    public async Task A_trade_at_another_than_the_one_price_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var cheated = cleared.Trades.SetItem(1, cleared.Trades[1] with { Price = new Price(cleared.Trades[1].Price.MicroEurPerKWh - 100) });
        var (round, _) = await market.SettleAsync(cleared.Bids, cheated, NoAccounts, cleared.Clearing.Price!.Value);
        await market.ProvesAsync(judge => judge.ProveOtherPriceAsync(market.Challenger, round, 1, Cancellation));
    }

    /// <summary>A friend gets what the best buyer bid for.</summary>
    [Fact]
    public async Task A_better_bid_that_got_less_is_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var price = cleared.Clearing.Price!.Value;
        var best = cleared.Bids.OrderByDescending(signed => signed.Bid.Buy.FirstOrDefault().Price).First();
        ImmutableArray<Trade> cheated = [.. cleared.Trades.Where(trade => trade.Buyer != best.Bid.Member)];
        var (round, _) = await market.SettleAsync(cleared.Bids, cheated, NoAccounts, price);
        await market.ProvesAsync(judge => judge.ProveUnfilledStepAsync(market.Challenger, round, round.Bids.PlaceOf(best.Bid.Member), Cancellation));
    }

    [Fact]
    public async Task Premiums_as_an_excuse_are_proved()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var trades = new CommittedTrades(cleared.Trades, LedgerEntry.Book(cleared.Trades, [], NoAccounts), cleared.Clearing.Price!.Value, premiumBid: 2);
        var (round, _) = await market.SettleAsync(new CommittedBids(cleared.Bids), trades, cleared.Deltas);
        await market.ProvesAsync(judge => judge.ProveNoPremiumAsync(market.Challenger, round, 1, Cancellation));
    }

    /// <summary>One cent of a member's goes to another on the way from the ledger to the balances.</summary>
    [Fact]
    public async Task A_skimmed_delta_is_proved_and_her_balance_restored()
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var before = await market.Escrow.BalancesAsync();
        var skimmed = cleared.Deltas.SetItem(0, cleared.Deltas[0] with { Delta = cleared.Deltas[0].Delta - new Money(10_000) })
            .SetItem(1, cleared.Deltas[1] with { Delta = cleared.Deltas[1].Delta + new Money(10_000) });
        var (bids, trades) = (new CommittedBids(cleared.Bids), CommittedTrades.Of(cleared));
        var batch = new SettlementBatch(First, bids.Root, trades.Root, skimmed);
        var (round, words) = await market.SettleAsync(batch, bids, trades);
        var receipt = await market.Judge.ProveWrongDeltaAsync(market.Challenger, round, skimmed[0].Member, words, Cancellation);
        output.WriteLine($"proof: {receipt.GasUsed} gas");
        await market.Escrow.Contract.RollbackAsync(market.Challenger, batch, Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
    }

    /// <summary>The ledger itself is false: an entry, one that is missing, one of no trade, two in the wrong order.</summary>
    [Theory]
    [InlineData("altered")]
    [InlineData("missing")]
    [InlineData("of no trade")]
    [InlineData("out of order")]
    public async Task A_false_ledger_is_proved(string how)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var ledger = LedgerEntry.Book(cleared.Trades, [], NoAccounts);
        var last = ledger.Length - 1;
        var cheated = how switch
        {
            "altered" => ledger.SetItem(1, ledger[1] with { Money = ledger[1].Money + new Money(1) }),
            "missing" => ledger.RemoveAt(1),
            "of no trade" => ledger.SetItem(last, ledger[last] with { Trade = cleared.Trades.Length }),
            _ => ledger.SetItem(0, ledger[1]).SetItem(1, ledger[0]),
        };
        var trades = new CommittedTrades(cleared.Trades, cheated, cleared.Clearing.Price!.Value);
        var (round, _) = await market.SettleAsync(new CommittedBids(cleared.Bids), trades, cleared.Deltas);
        await market.ProvesAsync(judge => how switch
        {
            "altered" => judge.ProveWrongEntryAsync(market.Challenger, round, 1, Cancellation),
            "missing" => judge.ProveTradeNotBookedAsync(market.Challenger, round, ledger[1].Trade, ledger[1].Member, Cancellation),
            "of no trade" => judge.ProveEntryWithoutTradeAsync(market.Challenger, round, last, Cancellation),
            _ => judge.ProveEntriesOutOfOrderAsync(market.Challenger, round, 1, Cancellation),
        });
    }

    /// <summary>Proofs hold as well where the contract nets by itself, and where a metered batch stands on the period.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_period_netted_on_the_chain_or_metered_is_judged_like_any_other(bool verified)
    {
        var market = await JudgedMarket.OfAsync(chain);
        var cleared = market.Clear();
        var limit = cleared.Bids.Single(signed => signed.Bid.Member == cleared.Trades[0].Buyer).Bid.Buy[0].Price;
        var cheated = cleared.Trades.SetItem(0, cleared.Trades[0] with { Price = new Price(limit.MicroEurPerKWh + 100) });
        var (round, _) = verified
            ? await market.SettleVerifiedAsync(cleared.Bids, cheated)
            : await market.MeterAsync((await market.SettleAsync(cleared.Bids, cheated, NoAccounts)).Round);
        await market.ProvesAsync(judge => judge.ProveTradeOutsideBidAsync(market.Challenger, round, 0, round.Bids.PlaceOf(cheated[0].Buyer), Cancellation));
    }

    /// <summary>Goals: at most 75,000 gas for a bid of one step and 100,000 for one of 32, in trees of 16,384 leaves.</summary>
    [Theory]
    [InlineData(1, 75_000)]
    [InlineData(32, 100_000)]
    public async Task A_proof_in_a_large_round_stays_within_its_gas(int steps, ulong limit)
    {
        const int leaves = 16_384;
        var market = await JudgedMarket.OfAsync(chain);
        var (buyer, seller) = (market.Escrow.Members[0].ToMember(), market.Escrow.Members[1].ToMember());
        var bid = market.Sign(0, new Bid(buyer, First, 1, [.. Enumerable.Range(0, steps).Select(i => new Step(new Price(200_000 - 100 * i), new Energy(100)))], []));
        ImmutableArray<SignedBid> others =
            [.. Enumerable.Range(1, leaves - 1).Select(i => bid with { Bid = bid.Bid with { Member = AddressOf(i).ToMember() } })];
        ImmutableArray<Trade> trades = [.. Enumerable.Range(0, leaves).Select(i => new Trade(buyer, seller, new Energy(100 + i), new Price(300_000)))];
        var (round, _) = await market.SettleAsync(
            new CommittedBids([bid, .. others]), new CommittedTrades(trades, LedgerEntry.Book(trades, [], NoAccounts)), []);
        var receipt = await market.Judge.ProveTradeOutsideBidAsync(market.Challenger, round, leaves / 2, 0, Cancellation);
        output.WriteLine($"{steps} steps, {leaves} leaves: {receipt.GasUsed} gas");
        Assert.InRange(receipt.GasUsed, 21_000ul, limit);
    }
}
