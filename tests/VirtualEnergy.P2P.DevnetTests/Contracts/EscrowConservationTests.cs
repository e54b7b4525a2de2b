using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Random deposits, withdrawals and settlements, beside a model that is an array and an addition.</summary>
[Collection(ContractTests.Name)]
public sealed class EscrowConservationTests(DevChain chain)
{
    private const int Members = 8; // All of them can withdraw; the last slot is not full.

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Balances_follow_the_model_and_add_up_to_the_tokens_in_escrow(int seed)
    {
        var random = new Random(seed);
        var escrow = await OfAsync(chain, Members, eachMicroEur: 1_000);
        var model = Enumerable.Repeat(1_000L, Members).ToArray();
        var period = Before;

        for (var step = 0; step < 60; step++)
        {
            var member = random.Next(Members);
            switch (random.Next(4))
            {
                case 0:
                    var paid = random.NextInt64(1, 1L << random.Next(1, 38));
                    await escrow.PayInAsync(member, paid);
                    model[member] += paid;
                    break;
                case 1 when model[member] > 0:
                    var taken = random.NextInt64(1, model[member] + 1);
                    await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(member), new Money(taken), AddressOf(300), Cancellation);
                    await escrow.Contract.FinaliseWithdrawalAsync(escrow.SenderOf(member), escrow.Members[member], Cancellation);
                    model[member] -= taken;
                    break;
                default:
                    var deltas = RandomDeltas(random, model);
                    await escrow.SettleAsync(++period, [.. deltas.Select((delta, lane) => (lane, delta))]);
                    model = [.. model.Zip(deltas, (balance, delta) => balance + delta)];
                    break;
            }

            await escrow.HasBalancesAsync(model);
            Assert.Equal(model.Sum(), (await escrow.Euro.BalanceOfAsync(escrow.Contract.Address, Cancellation)).MicroEur);
        }

        Assert.Equal(new Period(period), await escrow.Contract.LastPeriodAsync(Cancellation));
        Assert.True(period > Before + 10, "The sequence settled too few rounds to show anything.");
    }

    // Trades between random pairs, each at most what the buyer still has.
    private static long[] RandomDeltas(Random random, long[] balances)
    {
        var deltas = new long[balances.Length];
        for (var trades = random.Next(12); trades > 0; trades--)
        {
            var (buyer, seller) = (random.Next(balances.Length), random.Next(balances.Length));
            var amount = random.NextInt64(0, balances[buyer] + deltas[buyer] + 1);
            deltas[buyer] -= amount;
            deltas[seller] += amount;
        }

        return deltas;
    }
}
