using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

[Collection(ContractTests.Name)]
public sealed class DepositTests(DevChain chain)
{
    [Fact]
    public async Task A_stranger_cannot_be_paid_for()
    {
        var escrow = await OfAsync(chain, members: 1);
        await RefusesAsync("NotRegistered", [AddressOf(1)], () =>
            escrow.Contract.DepositAsync(chain.Registrar, AddressOf(1), new Money(1), Cancellation));
    }

    [Fact]
    public async Task Nothing_cannot_be_deposited()
    {
        var escrow = await OfAsync(chain, members: 1);
        await RefusesAsync("ZeroAmount", [], () =>
            escrow.Contract.DepositAsync(chain.Registrar, escrow.Members[0], Money.Zero, Cancellation));
    }

    [Fact]
    public async Task Money_that_was_not_approved_stays_where_it_is()
    {
        var escrow = await OfAsync(chain, members: 1);
        await escrow.Euro.MintAsync(chain.Registrar, chain.Registrar.Address, new Money(5), Cancellation);
        await RefusesAsync("ERC20InsufficientAllowance", [escrow.Contract.Address, 0, 5], () =>
            escrow.Contract.DepositAsync(chain.Registrar, escrow.Members[0], new Money(5), Cancellation));
    }

    [Fact]
    public async Task Money_that_is_not_there_cannot_be_deposited()
    {
        var escrow = await OfAsync(chain, members: 1);
        await escrow.Euro.ApproveAsync(chain.Registrar, escrow.Contract.Address, new Money(5), Cancellation);
        await RefusesAsync("ERC20InsufficientBalance", [chain.Registrar.Address, 0, 5], () =>
            escrow.Contract.DepositAsync(chain.Registrar, escrow.Members[0], new Money(5), Cancellation));
    }

    [Fact]
    public async Task A_balance_cannot_pass_42_bits()
    {
        // 2^42 − 1 µEUR fit exactly; one more does not.
        var escrow = await OfAsync(chain, members: 2);
        await escrow.PayInAsync(0, MaxBalance.MicroEur);
        await RefusesAsync("BalanceOverflow", [escrow.Members[0]], () => escrow.PayInAsync(0, 1));
        await escrow.HasBalancesAsync(MaxBalance.MicroEur, 0);
    }

    [Fact]
    public async Task A_token_that_answers_false_credits_nothing()
    {
        var token = await HostileTokenAsync("FalseToken");
        var contract = await DeployWithMemberAsync(token);
        await RefusesAsync("SafeERC20FailedOperation", [token], () =>
            contract.DepositAsync(chain.Registrar, AddressOf(0), new Money(100), Cancellation));
    }

    [Fact]
    public async Task A_token_that_keeps_everything_credits_nothing()
    {
        var contract = await DeployWithMemberAsync(await HostileTokenAsync("FeeToken", feePercent: 100));
        await RefusesAsync("NothingReceived", [], () =>
            contract.DepositAsync(chain.Registrar, AddressOf(0), new Money(100), Cancellation));
    }

    [Fact]
    public async Task A_token_cannot_call_back_in_the_middle_of_a_deposit()
    {
        var contract = await DeployWithMemberAsync(await HostileTokenAsync("ReentrantToken"));
        await RefusesAsync("ReentrancyGuardReentrantCall", [], () =>
            contract.DepositAsync(chain.Registrar, AddressOf(0), new Money(100), Cancellation));
    }

    [Fact]
    public async Task What_really_arrived_is_credited()
    {
        // 3 % of 200 is 6.
        var contract = await DeployWithMemberAsync(await HostileTokenAsync("FeeToken", feePercent: 3));
        await contract.DepositAsync(chain.Registrar, AddressOf(0), new Money(200), Cancellation);
        Assert.Equal(new Money(194), await contract.BalanceOfAsync(AddressOf(0), Cancellation));
    }

    [Fact]
    public async Task A_member_pays_in_for_herself_or_for_another()
    {
        var escrow = await OfAsync(chain, members: 3);
        var payer = escrow.SenderOf(1);
        await escrow.Euro.MintAsync(chain.Registrar, payer.Address, new Money(100), Cancellation);
        await escrow.Euro.ApproveAsync(payer, escrow.Contract.Address, new Money(70), Cancellation);
        await escrow.Contract.DepositAsync(payer, escrow.Members[1], new Money(50), Cancellation);
        await escrow.Contract.DepositAsync(payer, escrow.Members[2], new Money(20), Cancellation);

        await escrow.HasBalancesAsync(0, 50, 20);
        Assert.Equal(new Money(30), await escrow.Euro.BalanceOfAsync(payer.Address, Cancellation));
        Assert.Equal(new Money(70), await escrow.Euro.BalanceOfAsync(escrow.Contract.Address, Cancellation));
    }

    [Fact]
    public async Task Every_lane_of_a_slot_takes_a_deposit_without_touching_its_neighbours()
    {
        // Seven members: all six lanes of slot 0 and the first of slot 1. All 42 bits of every lane are set, then read.
        var escrow = await OfAsync(chain, members: 7);
        for (var member = 0; member < 7; member += 2)
        {
            await escrow.PayInAsync(member, MaxBalance.MicroEur);
        }

        var full = MaxBalance.MicroEur;
        await escrow.HasBalancesAsync(full, 0, full, 0, full, 0, full);
    }

    private async Task<Address> HostileTokenAsync(string name, long? feePercent = null)
    {
        await using var json = File.OpenRead(Path.Combine(RepositoryFiles.Root, "artifacts", "contracts", name + ".json"));
        var artifact = ContractArtifact.Read(json);
        var arguments = feePercent is { } fee ? new AbiFunction("constructor(uint256)").EncodeArguments(fee) : [];
        var receipt = await chain.Registrar.SendAndConfirmAsync(null, [.. artifact.CreationCode, .. arguments], Cancellation);
        return receipt.ContractAddress!.Value;
    }

    // A contract on that token, member 0 registered, the registrar rich and the contract approved.
    private async Task<EnergySettlementContract> DeployWithMemberAsync(Address token)
    {
        var contract = await DeployAsync(chain, token);
        var euro = new TestEuro(chain.Client, token);
        await contract.RegisterAsync(chain.Registrar, [AddressOf(0)], Cancellation);
        await euro.MintAsync(chain.Registrar, chain.Registrar.Address, new Money(1000), Cancellation);
        await euro.ApproveAsync(chain.Registrar, contract.Address, new Money(1000), Cancellation);
        return contract;
    }
}
