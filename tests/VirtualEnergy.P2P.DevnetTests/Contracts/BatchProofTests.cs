using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;
using static VirtualEnergy.P2P.Contracts.JudgedMarket;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Where balances move every other period, a member's delta is proved against what she came to in both.</summary>
[Collection(ContractTests.Name)]
public sealed class BatchProofTests(DevChain chain, ITestOutputHelper output)
{
    private static readonly Period Second = First.Next;

    [Fact]
    public async Task The_sum_of_two_honest_rounds_is_never_slashed()
    {
        var market = await JudgedMarket.OfAsync(chain, periodsPerBatch: 2);
        var (rounds, words, _) = await SettleTwoAsync(market, skimmed: 0);
        foreach (var member in market.Escrow.Members)
        {
            await market.RefusesAsync(judge => judge.ProveWrongBatchAsync(market.Challenger, rounds, member.ToMember(), words, Cancellation));
        }

        await RefusesAsync("NotThosePeriods", [Second.Index], () =>
            market.Judge.ProveWrongBatchAsync(market.Challenger, rounds[1..], market.Escrow.Members[0].ToMember(), words, Cancellation));
        Assert.True((await market.Escrow.Contract.StateAsync(Cancellation)).Settles);
    }

    /// <summary>One cent of a member's goes to another on the way from two ledgers to the balances.</summary>
    [Fact]
    public async Task A_delta_skimmed_of_several_periods_is_proved_and_her_balance_restored()
    {
        var market = await JudgedMarket.OfAsync(chain, periodsPerBatch: 2);
        var before = await market.Escrow.BalancesAsync();
        var (rounds, words, batch) = await SettleTwoAsync(market, skimmed: 10_000);
        var receipt = await market.Judge.ProveWrongBatchAsync(market.Challenger, rounds, batch.Deltas[0].Member, words, Cancellation);
        output.WriteLine($"proof over two periods: {receipt.GasUsed} gas");
        await market.Escrow.Contract.RollbackAsync(market.Challenger, batch, Cancellation);
        Assert.Equal(before, await market.Escrow.BalancesAsync());
    }

    /// <summary>The first period moves its own money, as the second batch begins after it; then two rounds whose money moves with the later one.</summary>
    private async Task<(ImmutableArray<SettledRound> Rounds, ImmutableArray<BigInteger> Words, SettlementBatch Batch)> SettleTwoAsync(JudgedMarket market, long skimmed)
    {
        var contract = market.Escrow.Contract;
        await contract.SettleAsync(chain.Settler, market.Escrow.BatchOf(First.Index), Cancellation);
        var (one, two) = (market.Clear(), market.Clear(sharing: true));
        var (oneBids, oneTrades, twoBids, twoTrades) = (new CommittedBids(one.Bids), CommittedTrades.Of(one), new CommittedBids(two.Bids), CommittedTrades.Of(two));
        await contract.CommitRootsAsync(chain.Settler, Second, oneBids.Root, oneTrades.Root, Cancellation);

        var sums = one.Deltas.Concat(two.Deltas).GroupBy(delta => delta.Member)
            .Select(deltas => new MemberDelta(deltas.Key, deltas.Aggregate(Money.Zero, (sum, delta) => sum + delta.Delta))).ToImmutableArray();
        sums = sums.SetItem(0, sums[0] with { Delta = sums[0].Delta - new Money(skimmed) }).SetItem(1, sums[1] with { Delta = sums[1].Delta + new Money(skimmed) });
        var batch = new SettlementBatch(Second.Next, twoBids.Root, twoTrades.Root, sums);
        await contract.SettleAsync(chain.Settler, batch, Cancellation);

        var lanes = await contract.LanesAsync(Cancellation);
        var last = new SettledPeriod(Second.Next, twoBids.Root, twoTrades.Root, SettlementCommitment.DeltasHash(batch, lanes));
        return (
            [
                new SettledRound(contract.Address, new SettledPeriod(Second, oneBids.Root, oneTrades.Root, default), Rules, oneBids, oneTrades),
                new SettledRound(contract.Address, last, Rules, twoBids, twoTrades),
            ],
            lanes.Pack(batch), batch);
    }
}
