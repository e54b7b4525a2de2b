using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Payments as our packing writes them, added up by the contract.</summary>
[Collection(ContractTests.Name)]
public sealed class SettleVerifiedTests(DevChain chain)
{
    /// <summary>Trades with fees and spreads, prices below zero and amounts that are rounded: the contract nets them as we do.</summary>
    [Fact]
    public async Task The_contract_nets_like_the_market()
    {
        var escrow = await OfAsync(chain, members: 9, eachMicroEur: 50_000_000);
        var accounts = new MoneyAccounts(escrow.Members[7].ToMember(), escrow.Members[8].ToMember());
        var random = new Random(3);
        ImmutableArray<Trade> trades =
        [
            .. Enumerable.Range(0, 41).Select(i => new Trade(
                escrow.Members[i % 7].ToMember(), escrow.Members[(i + 1 + i / 7) % 7].ToMember(), new Energy(random.Next(1, 900)), new Price(random.Next(-30_000, 300_000)))
            {
                GridFee = i % 3 == 0 ? new Price(random.Next(1, 20_000)) : default,
                Spread = i % 5 == 0 ? new Price(random.Next(1, 9_000)) : default,
            }).Where(trade => trade.Buyer != trade.Seller),
        ];
        var before = await escrow.BalancesAsync();
        await escrow.Contract.SettleVerifiedAsync(
            chain.Settler, new Period(Before + 1), BidsRoot, TradesRoot, [.. trades.SelectMany(trade => Payment.Of(trade, accounts))], Cancellation);

        var deltas = Netting.DeltasOf(trades, [], accounts).ToDictionary(delta => delta.Member, delta => delta.Delta.MicroEur);
        await escrow.HasBalancesAsync([.. before.Select((balance, member) => balance + deltas.GetValueOrDefault(escrow.Members[member].ToMember()))]);
    }

    [Fact]
    public async Task Trailing_bytes_are_refused()
    {
        // Selector and five words are 164 bytes; no payments, and one byte too many.
        var escrow = await OfAsync(chain, members: 2);
        var call = new AbiFunction("settleVerified(uint64,bytes32,bytes32,uint256[])").Encode(Before + 1, BidsRoot, TradesRoot, Array.Empty<object>());

        await RefusesAsync("CallDataLength", [164, 165], () => chain.Settler.SendAndConfirmAsync(escrow.Contract.Address, [.. call, 0], Cancellation));
    }

    [Fact]
    public async Task A_payment_that_does_not_fit_is_not_sent()
    {
        var escrow = await OfAsync(chain, members: 2);
        var (ada, ben) = (escrow.Members[0].ToMember(), escrow.Members[1].ToMember());
        foreach (var payment in (Payment[])[new(ada, ben, new Energy(1L << 40), new Price(1)), new(ada, ben, new Energy(1), new Price(1L << 39)), new(ada, ben, new Energy(1), new Price(-(1L << 39) - 1))])
        {
            await Assert.ThrowsAsync<ArgumentException>(() =>
                escrow.Contract.SettleVerifiedAsync(chain.Settler, new Period(Before + 1), BidsRoot, TradesRoot, [payment], Cancellation));
        }
    }
}
