using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Metered batches through our own client; each refusal is tested by the contracts' own tests.</summary>
[Collection(ContractTests.Name)]
public sealed class SettleMeteredTests(DevChain chain, ITestOutputHelper output)
{
    private static readonly Hash256 MeterRoot = Keccak256.Hash("meters"u8);

    // The judge of these escrows is the registrar's account, so that fraud need not be real.
    private static readonly AbiFunction Slash = new("slash(uint64 period, bytes32 settled, address challenger)");

    [Fact]
    public async Task Deviations_move_money_after_the_trades_and_are_logged()
    {
        var escrow = await OfAsync(chain, members: 8, eachMicroEur: 100);
        var metered = new MeteredSettlementContract(chain.Client, escrow.Contract);
        Assert.Equal(new Metering(new Period(1000), new Period(1000)), await metered.MeteringAsync(Cancellation));
        var traded = escrow.BatchOf(1001, (0, -30), (7, 30));
        await escrow.Contract.SettleAsync(chain.Settler, traded, Cancellation);
        var batch = Deviations(escrow, 1001, (7, -5), (1, 5));
        var receipt = await metered.SettleAsync(chain.Settler, batch, Cancellation);

        await escrow.HasBalancesAsync(70, 105, 100, 100, 100, 100, 100, 125);
        var before = new Metering(new Period(1000), new Period(1000));
        var lanes = await escrow.Contract.LanesAsync(Cancellation);
        Assert.Equal(new Metering(new Period(1001), new Period(1001)), await metered.MeteringAsync(Cancellation));
        Assert.Equal(
            new SettledMeteredEvent(
                new Period(1001), new Period(1001), before, MeterRoot, SettlementCommitment.DeltasHash(batch.Deltas, lanes), receipt.BlockNumber,
                receipt.TransactionHash),
            Assert.Single(await metered.EventsAsync(0, Cancellation)));
        Assert.Equal(
            MeteredBatch.CommitmentOf(SettlementCommitment.Of(traded, lanes), batch.HashAfter(before, lanes)),
            await escrow.Contract.CommitmentOfAsync(new Period(1001), Cancellation));
    }

    [Fact]
    public async Task Refusals_come_by_name()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        var metered = new MeteredSettlementContract(chain.Client, escrow.Contract);
        await RefusesAsync("MeteredAlready", [1000], () => metered.SettleAsync(chain.Settler, Deviations(escrow, 1001), Cancellation));
        await escrow.SettleAsync(1001);
        await RefusesAsync("MeteredPeriodOutOfRange", [1000, 1001], () => metered.SettleAsync(chain.Settler, Deviations(escrow, 1002), Cancellation));
        await RefusesAsync("Overdraft", [escrow.Members[0]], () =>
            metered.SettleAsync(chain.Settler, Deviations(escrow, 1001, (0, -11), (1, 11)), Cancellation));
    }

    [Fact]
    public async Task After_fraud_both_batches_of_a_period_are_undone_to_the_last_unit()
    {
        var escrow = await OfAsync(chain, members: 8, eachMicroEur: 100, terms: usual => usual with { Challenge = TimeSpan.FromHours(1), Judge = chain.Registrar.Address });
        var metered = new MeteredSettlementContract(chain.Client, escrow.Contract);
        await escrow.SettleAsync(1001, (3, -1), (4, 1));
        var earlier = Deviations(escrow, 1001, (4, -2), (5, 2));
        await metered.SettleAsync(chain.Settler, earlier, Cancellation);
        await escrow.HasBalancesAsync(100, 100, 100, 99, 99, 102, 100, 100);

        var traded = escrow.BatchOf(1002, (0, -30), (7, 30));
        await escrow.Contract.SettleAsync(chain.Settler, traded, Cancellation);
        var settled = await escrow.Contract.CommitmentOfAsync(new Period(1002), Cancellation);
        var batch = Deviations(escrow, 1002, (7, -5), (1, 5));
        await metered.SettleAsync(chain.Settler, batch, Cancellation);
        await escrow.HasBalancesAsync(70, 105, 100, 99, 99, 102, 100, 125);

        var both = await escrow.Contract.CommitmentOfAsync(new Period(1002), Cancellation);
        await chain.Registrar.SendAndConfirmAsync(escrow.Contract.Address, Slash.Encode(1002, both, escrow.Members[0]), Cancellation);
        await RefusesAsync("MeteredBatchStands", [1002], () => escrow.Contract.RollbackAsync(chain.Registrar, traded, Cancellation));
        var standing = (await metered.EventsAsync(0, Cancellation))[^1].Before;
        await metered.RollbackAsync(chain.Registrar, settled, standing, batch, Cancellation);
        Assert.Equal(new Metering(new Period(1001), new Period(1001)), await metered.MeteringAsync(Cancellation));
        Assert.Equal(settled, await escrow.Contract.CommitmentOfAsync(new Period(1002), Cancellation));
        await escrow.Contract.RollbackAsync(chain.Registrar, traded, Cancellation);
        await escrow.HasBalancesAsync(100, 100, 100, 99, 99, 102, 100, 100);
    }

    [Fact]
    public async Task A_hundred_deviations_cost_about_what_a_round_costs()
    {
        // 140,300 measured: a round and a word more read and written.
        var escrow = await OfAsync(chain, members: 100, eachMicroEur: 1_000_000);
        var metered = new MeteredSettlementContract(chain.Client, escrow.Contract);
        (int, long)[] deltas = [.. Enumerable.Range(0, 100).Select(member => (member, (member % 2 == 0 ? -1L : 1L) * (1 + member / 2)))];
        for (var period = Before + 1; period <= Before + 2; period++)
        {
            await escrow.SettleAsync(period, deltas);
            var receipt = await metered.SettleAsync(chain.Settler, Deviations(escrow, period, deltas), Cancellation);
            output.WriteLine($"100 deviations: {receipt.GasUsed} gas");
            Assert.InRange(receipt.GasUsed, 21_000ul, 145_000ul);
        }
    }

    private static MeteredBatch Deviations(Escrow escrow, long period, params (int Member, long MicroEur)[] deltas) =>
        new(new Period(period), MeterRoot,
            [.. deltas.Select(delta => new MemberDelta(escrow.Members[delta.Member].ToMember(), new Money(delta.MicroEur)))]);
}
