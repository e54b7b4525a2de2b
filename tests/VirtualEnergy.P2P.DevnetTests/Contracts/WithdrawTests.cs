using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

[Collection(ContractTests.Name)]
public sealed class WithdrawTests(DevChain chain)
{
    [Fact]
    public async Task A_stranger_withdraws_nothing()
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 10);
        await RefusesAsync("NotRegistered", [chain.Registrar.Address], () =>
            escrow.Contract.RequestWithdrawalAsync(chain.Registrar, new Money(1), chain.Registrar.Address, Cancellation));
    }

    [Fact]
    public async Task Nothing_cannot_be_withdrawn()
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 10);
        await RefusesAsync("ZeroAmount", [], () =>
            escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(0), Money.Zero, escrow.Members[0], Cancellation));
    }

    [Fact]
    public async Task Money_is_not_sent_to_the_zero_address()
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 10);
        await RefusesAsync("ZeroAddress", [], () =>
            escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(0), new Money(1), Address.Zero, Cancellation));
    }

    [Fact]
    public async Task Nobody_withdraws_more_than_she_has()
    {
        // The neighbours in the slot have plenty; their money is out of reach.
        var escrow = await OfAsync(chain, members: 3, eachMicroEur: 10);
        await RefusesAsync("InsufficientBalance", [escrow.Members[1], 10, 11], () =>
            escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(1), new Money(11), escrow.Members[1], Cancellation));
        await escrow.HasBalancesAsync(10, 10, 10);
    }

    /// <summary>She trades, and asks for all her money before the batch: it is settled all the same, and she gets what is left.</summary>
    [Fact]
    public async Task Who_asks_for_her_money_after_trading_holds_up_nobody()
    {
        var escrow = await OfAsync(chain, members: 3, eachMicroEur: 10, terms: usual => usual with { Challenge = TimeSpan.FromHours(1) });
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(1), new Money(10), escrow.Members[1], Cancellation);
        await escrow.SettleAsync(1001, (1, -7), (2, 7));
        await escrow.HasBalancesAsync(10, 0, 17);
        Assert.Equal(new Money(3), (await escrow.Contract.RequestOfAsync(escrow.Members[1], Cancellation)).Amount);
    }

    [Fact]
    public async Task A_member_withdraws_to_any_account()
    {
        var escrow = await OfAsync(chain, members: 3, eachMicroEur: 10);
        var wallet = AddressOf(200);
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(1), new Money(4), wallet, Cancellation);
        Assert.Equal((new Money(4), wallet), await RequestAsync(escrow, 1));
        await escrow.Contract.FinaliseWithdrawalAsync(chain.Settler, escrow.Members[1], Cancellation);

        await escrow.HasBalancesAsync(10, 6, 10);
        Assert.Equal((Money.Zero, Address.Zero), await RequestAsync(escrow, 1));
        Assert.Equal(new Money(4), await escrow.Euro.BalanceOfAsync(wallet, Cancellation));
        Assert.Equal(new Money(26), await escrow.Euro.BalanceOfAsync(escrow.Contract.Address, Cancellation));
    }

    [Fact]
    public async Task A_member_withdraws_all_that_she_earned()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await escrow.SettleAsync(1001, (0, -10), (1, 10));
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(1), new Money(20), escrow.Members[1], Cancellation);
        await escrow.Contract.FinaliseWithdrawalAsync(escrow.SenderOf(1), escrow.Members[1], Cancellation);
        await escrow.HasBalancesAsync(0, 0);
        Assert.Equal(new Money(20), await escrow.Euro.BalanceOfAsync(escrow.Members[1], Cancellation));
    }

    [Fact]
    public async Task A_member_thinks_better_of_it()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await escrow.Contract.RequestWithdrawalAsync(escrow.SenderOf(1), new Money(7), escrow.Members[1], Cancellation);
        await escrow.HasBalancesAsync(10, 3);
        await escrow.Contract.CancelWithdrawalAsync(escrow.SenderOf(1), Cancellation);
        await escrow.HasBalancesAsync(10, 10);
        await RefusesAsync("NothingRequested", [escrow.Members[1]], () =>
            escrow.Contract.CancelWithdrawalAsync(escrow.SenderOf(1), Cancellation));
    }

    private static async Task<(Money, Address)> RequestAsync(Escrow escrow, int member)
    {
        var request = await escrow.Contract.RequestOfAsync(escrow.Members[member], Cancellation);
        return (request.Amount, request.To);
    }
}
