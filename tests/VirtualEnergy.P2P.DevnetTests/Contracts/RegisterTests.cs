using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

[Collection(ContractTests.Name)]
public sealed class RegisterTests(DevChain chain)
{
    [Fact]
    public async Task Only_the_registrar_registers()
    {
        var escrow = await OfAsync(chain, members: 1);
        await RefusesAsync("AccessControlUnauthorizedAccount", [chain.Settler.Address, Keccak256.Hash("REGISTRAR"u8).ToArray()], () =>
            escrow.Contract.RegisterAsync(chain.Settler, [AddressOf(1)], Cancellation));
    }

    [Fact]
    public async Task The_zero_address_is_no_member()
    {
        var escrow = await OfAsync(chain, members: 1);
        await RefusesAsync("ZeroAddress", [], () =>
            escrow.Contract.RegisterAsync(chain.Registrar, [AddressOf(1), Address.Zero], Cancellation));
    }

    [Fact]
    public async Task Nobody_registers_twice()
    {
        var escrow = await OfAsync(chain, members: 2);
        await RefusesAsync("AlreadyRegistered", [AddressOf(1)], () =>
            escrow.Contract.RegisterAsync(chain.Registrar, [AddressOf(1)], Cancellation));
        await RefusesAsync("AlreadyRegistered", [AddressOf(2)], () =>
            escrow.Contract.RegisterAsync(chain.Registrar, [AddressOf(2), AddressOf(2)], Cancellation));
    }

    [Fact]
    public async Task A_stranger_has_no_balance_to_ask_for()
    {
        var escrow = await OfAsync(chain, members: 1);
        await RefusesAsync("NotRegistered", [AddressOf(1)], () => escrow.Contract.BalanceOfAsync(AddressOf(1), Cancellation));
    }

    [Fact]
    public async Task Lanes_follow_the_order_of_registration_over_several_calls()
    {
        // 5 + 4 members: the second call fills the first slot's last lane and opens the second slot.
        var escrow = await OfAsync(chain, members: 5);
        var later = Enumerable.Range(5, 4).Select(AddressOf).ToArray();
        await escrow.Contract.RegisterAsync(chain.Registrar, later, Cancellation);

        var lanes = await escrow.Contract.LanesAsync(Cancellation);
        Assert.Equal([.. escrow.Members, .. later], lanes.Members);
    }

    [Fact]
    public async Task A_new_member_leaves_the_balances_of_her_slot_alone()
    {
        var escrow = await OfAsync(chain, members: 3, eachMicroEur: 7);
        await escrow.Contract.RegisterAsync(chain.Registrar, [AddressOf(3)], Cancellation);
        await escrow.HasBalancesAsync(7, 7, 7);
        Assert.Equal(0, (await escrow.Contract.BalanceOfAsync(AddressOf(3), Cancellation)).MicroEur);
    }

    [Fact]
    public async Task More_members_than_a_page_holds_are_all_read()
    {
        // A page is 1000 members; 500 registrations fit in one transaction of 2^24 gas.
        var escrow = await OfAsync(chain, members: 0);
        var members = Enumerable.Range(0, 1001).Select(AddressOf).ToArray();
        foreach (var some in members.Chunk(200))
        {
            await escrow.Contract.RegisterAsync(chain.Registrar, some, Cancellation);
        }

        Assert.Equal(members, (await escrow.Contract.LanesAsync(Cancellation)).Members);
        Assert.Equal(1001, (await escrow.Contract.BalancesAsync(members, Cancellation)).Length);
    }
}
