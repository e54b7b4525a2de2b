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

    public static TheoryData<string> Parties => [.. NoneOf.Keys];

    private static readonly Dictionary<string, Func<EnergySettlementTerms, EnergySettlementTerms>> NoneOf = new()
    {
        ["token"] = terms => terms with { Token = Address.Zero },
        ["registrar"] = terms => terms with { Registrar = Address.Zero },
        ["pauser"] = terms => terms with { Pauser = Address.Zero },
        ["settler"] = terms => terms with { Settler = Address.Zero },
        ["judge"] = terms => terms with { Judge = Address.Zero },
        ["treasury"] = terms => terms with { Treasury = Address.Zero },
    };

    [Theory]
    [MemberData(nameof(Parties))]
    public async Task Every_party_must_be_given(string party) => await RefusesAsync("ZeroAddress", [], () =>
        EnergySettlementContract.DeployAsync(chain.Registrar, NoneOf[party](TermsOf(chain, SomeToken)), Cancellation));

    [Fact]
    public async Task There_must_be_an_admin() => await RefusesAsync("AccessControlInvalidDefaultAdmin", [Address.Zero], () =>
        EnergySettlementContract.DeployAsync(
            chain.Registrar,
            TermsOf(chain, SomeToken) with { Admin = Address.Zero, Registrar = SomeToken, Pauser = SomeToken, Treasury = SomeToken },
            Cancellation));

    [Theory]
    [InlineData(0)]
    [InlineData(289)]
    public async Task The_window_has_1_to_288_periods(int window) =>
        await RefusesAsync("WindowOutOfRange", [window, 288], () => DeployAsync(chain, SomeToken, window));

    [Fact]
    public async Task The_widest_window_deploys_within_the_gas_of_one_transaction()
    {
        var contract = await DeployAsync(chain, SomeToken, window: 288);
        Assert.NotEmpty(await chain.Client.CodeAsync(contract.Address, Cancellation));
    }

    [Fact]
    public async Task A_new_contract_says_what_it_was_given()
    {
        var contract = await DeployAsync(chain, SomeToken);
        Assert.Equal(SomeToken, await contract.TokenAsync(Cancellation));
        Assert.True((await contract.StateAsync(Cancellation)).Settles);
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
