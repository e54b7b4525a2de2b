using System.Numerics;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Amounts that no signed number of 64 bits holds, which our own types could not even write.</summary>
[Collection(ContractTests.Name)]
public sealed class HugeAmountTests(DevChain chain)
{
    public static TheoryData<BigInteger> Huge => [BigInteger.One << 63, (BigInteger.One << 64) - 1, (BigInteger.One << 256) - 1];

    [Theory]
    [MemberData(nameof(Huge))]
    public async Task A_deposit_of_that_much_is_refused_even_where_the_token_has_it(BigInteger amount)
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 0);
        await SendAsync(escrow.Euro.Address, "mint(address,uint256)", chain.Registrar.Address, amount);
        await SendAsync(escrow.Euro.Address, "approve(address,uint256)", escrow.Contract.Address, amount);

        await RefusesAsync("BalanceOverflow", [escrow.Members[0]], () => SendAsync(escrow.Contract.Address, "deposit(address,uint256)", escrow.Members[0], amount));
        await escrow.HasBalancesAsync(0);
    }

    [Theory]
    [MemberData(nameof(Huge))]
    public async Task A_withdrawal_of_that_much_is_refused(BigInteger amount)
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 10);
        var call = new AbiFunction("requestWithdrawal(uint256,address)").Encode(amount, escrow.Members[0]);

        await RefusesAsync("InsufficientBalance", [escrow.Members[0], 10, amount], () => escrow.SenderOf(0).SendAndConfirmAsync(escrow.Contract.Address, call, Cancellation));
        await escrow.HasBalancesAsync(10);
    }

    [Fact]
    public async Task A_word_full_of_ones_moves_nothing()
    {
        // Six lanes of −1: the word's lower 252 bits, two's complement.
        var escrow = await OfAsync(chain, members: 6, eachMicroEur: 10);

        await RefusesAsync("DeltasNotBalanced", [-6], () => escrow.SettleWordsAsync((BigInteger.One << 252) - 1));
        await escrow.HasBalancesAsync(10, 10, 10, 10, 10, 10);
    }

    private Task<TransactionReceipt> SendAsync(Address to, string signature, params object[] arguments) =>
        chain.Registrar.SendAndConfirmAsync(to, new AbiFunction(signature).Encode(arguments), Cancellation);
}
