using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>What a round costs, from receipts on a chain with Osaka's rules. The figures are in docs/contract.md.</summary>
[Collection(ContractTests.Name)]
public sealed class SettlementGasTests(DevChain chain, ITestOutputHelper output)
{
    // The goals are 140 gas a trade for 100 members with 1000 trades; and that a round of 20 homes costs about as much as
    // a token transfer. The limits hold for every round, whatever its numbers.
    [Theory]
    [InlineData(20, 20, 64_000)]
    [InlineData(100, 1_000, 140_000)]
    public async Task A_netted_round_stays_within_its_gas(int members, int trades, ulong limit)
    {
        var escrow = await OfAsync(chain, members, eachMicroEur: 500_000_000);
        var random = new Random(members);
        for (var period = Before + 1; period <= Before + 3; period++)
        {
            var receipt = await escrow.Contract.SettleAsync(chain.Settler, RandomBatch(escrow, random, period, trades), Cancellation);
            output.WriteLine($"{members} members, {trades} trades: {receipt.GasUsed} gas, {(double)receipt.GasUsed / trades:0.0} a trade");
            Assert.InRange(receipt.GasUsed, 21_000ul, limit);
        }
    }

    [Fact]
    public async Task An_empty_round_costs_little_more_than_a_transaction_must()
    {
        var escrow = await OfAsync(chain, members: 20, eachMicroEur: 10);
        var receipt = await escrow.SettleAsync(1001);
        output.WriteLine($"empty round: {receipt.GasUsed} gas");
        Assert.InRange(receipt.GasUsed, 21_000ul, 38_000ul);
    }

    // Trades of 50 to 500 Wh at 0 to 30 ct/kWh, in µEUR: a quarter of an hour between homes.
    private static SettlementBatch RandomBatch(Escrow escrow, Random random, long period, int trades)
    {
        var deltas = new long[escrow.Members.Length];
        for (var trade = 0; trade < trades; trade++)
        {
            var amount = new Price(100 * random.NextInt64(3_000)).Of(new Energy(random.NextInt64(50, 500))).MicroEur;
            deltas[random.Next(deltas.Length)] -= amount;
            deltas[random.Next(deltas.Length)] += amount;
        }

        var moved = deltas.Select((delta, member) => new MemberDelta(escrow.Members[member].ToMember(), new Money(delta)));
        return escrow.BatchOf(period) with { Deltas = [.. moved] };
    }
}
