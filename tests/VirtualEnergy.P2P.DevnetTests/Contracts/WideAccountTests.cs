using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Accounts that outgrow a lane, as our packing writes them and the contract keeps them.</summary>
[Collection(ContractTests.Name)]
public sealed class WideAccountTests(DevChain chain)
{
    // More than a lane of 42 bits holds: ten million euros.
    private static readonly Money Rich = new(10_000_000_000_000);

    [Fact]
    public async Task A_wide_account_holds_and_moves_what_no_lane_could()
    {
        var escrow = await OfAsync(chain, members: 8, eachMicroEur: 1_000);
        var (community, grid) = (AddressOf(100), AddressOf(101));
        await escrow.Contract.RegisterWideAsync(chain.Registrar, community, Cancellation);
        await escrow.Contract.RegisterWideAsync(chain.Registrar, grid, Cancellation);
        var lanes = await escrow.Contract.LanesAsync(Cancellation);
        Assert.Equal([community, grid], lanes.WideAccounts);
        Assert.Equal(DeltaWords.FirstWideLane + 1, lanes.LaneOf(grid.ToMember()));

        await escrow.Euro.MintAsync(chain.Registrar, chain.Registrar.Address, Rich, Cancellation);
        await escrow.Euro.ApproveAsync(chain.Registrar, escrow.Contract.Address, Rich, Cancellation);
        await escrow.Contract.DepositAsync(chain.Registrar, community, Rich, Cancellation);

        // Member 7 pays 250 to the grid operator, and the community all it has but 5.
        var batch = new SettlementBatch(
            new Period(Before + 1), BidsRoot, TradesRoot,
            [new(escrow.Members[7].ToMember(), new Money(-250)), new(community.ToMember(), new Money(5) - Rich), new(grid.ToMember(), Rich + new Money(245))]);
        await escrow.Contract.SettleAsync(chain.Settler, batch, Cancellation);
        Assert.Equal(
            [new Money(750), new Money(5), Rich + new Money(245)],
            await escrow.Contract.BalancesAsync([escrow.Members[7], community, grid], Cancellation));
        Assert.Equal(SettlementCommitment.Of(batch, lanes), await escrow.Contract.CommitmentOfAsync(batch.Period, Cancellation));

        // The grid operator pays half of it back, netted on the chain: 2^39 Wh at 9 µEUR/kWh are 4,947,802,324.992 µEUR.
        Payment payment = new(grid.ToMember(), community.ToMember(), new Energy(1L << 39), new Price(9));
        await escrow.Contract.SettleVerifiedAsync(chain.Settler, new Period(Before + 2), BidsRoot, TradesRoot, [payment], Cancellation);
        Assert.Equal(new Money(5 + 4_947_802_325), await escrow.Contract.BalanceOfAsync(community, Cancellation));
    }
}
