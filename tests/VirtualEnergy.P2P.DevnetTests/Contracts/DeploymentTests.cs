using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

[Collection(ContractTests.Name)]
public sealed class DeploymentTests(DevChain chain)
{
    private static readonly Address SomeToken = AddressOf(100);

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public async Task Token_registrar_and_settler_must_be_given(bool noToken, bool noRegistrar, bool noSettler) =>
        await RefusesAsync("ZeroAddress", [], () => EnergySettlementContract.DeployAsync(
            chain.Registrar,
            new EnergySettlementTerms(
                noToken ? Address.Zero : SomeToken,
                noRegistrar ? Address.Zero : chain.Registrar.Address,
                noSettler ? Address.Zero : chain.Settler.Address,
                new Period(Before)),
            Cancellation));

    [Theory]
    [InlineData(0)]
    [InlineData(481)]
    public async Task The_window_has_1_to_480_periods(int window) =>
        await RefusesAsync("WindowOutOfRange", [window, 480], () => DeployAsync(chain, SomeToken, window));

    [Fact]
    public async Task The_widest_window_deploys_within_the_gas_of_one_transaction()
    {
        var contract = await DeployAsync(chain, SomeToken, window: 480);
        Assert.NotEmpty(await chain.Client.CodeAsync(contract.Address, Cancellation));
    }

    [Fact]
    public async Task A_new_contract_says_what_it_was_given()
    {
        var contract = await DeployAsync(chain, SomeToken);
        Assert.Equal(SomeToken, await contract.TokenAsync(Cancellation));
        Assert.Equal(chain.Registrar.Address, await contract.RegistrarAsync(Cancellation));
        Assert.Equal(chain.Settler.Address, await contract.SettlerAsync(Cancellation));
        Assert.Equal(new Period(Before), await contract.LastPeriodAsync(Cancellation));
        Assert.Empty((await contract.LanesAsync(Cancellation)).Members);
    }

    [Fact]
    public async Task The_test_euro_has_six_decimals()
    {
        var euro = await TestEuro.DeployAsync(chain.Registrar, Cancellation);
        var decimals = new Settlement.Ethereum.Abi.AbiFunction("decimals()", "uint8");
        var answer = await chain.Client.CallAsync(euro.Address, decimals.Encode(), Cancellation);
        Assert.Equal(new System.Numerics.BigInteger(6), decimals.DecodeResult(answer)[0]);
    }
}
