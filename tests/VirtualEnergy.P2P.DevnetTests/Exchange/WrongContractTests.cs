using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>An exchange does not start on another chain, nor with another contract than it was built for.</summary>
public sealed class WrongContractTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_on_another_chain_is_named()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);

        Assert.Contains("is on chain 31337, not 1: check Exchange:Rpc", await RefusalAsync(community.Options with { ChainId = 1 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_of_another_version_is_named_even_if_one_byte_alone_differs()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        using var node = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        var code = await node.CodeAsync(community.Options.Contract, _cancellation);
        Assert.True(await community.Contract.IsThisVersionAsync(_cancellation));

        // The last byte of the code is part of the compiler's own mark, which nothing executes: every answer stays the same.
        code[^1] ^= 1;
        await community.AskChainAsync("anvil_setCode", community.Options.Contract.ToString(), Hex.Of(code));

        Assert.Contains($"{community.Options.Contract} is not the EnergySettlement of this version", await RefusalAsync(community.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_that_is_something_else_is_named()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var token = await community.Contract.TokenAsync(_cancellation);

        Assert.Contains($"{token} is not the EnergySettlement of this version", await RefusalAsync(community.Options with { Contract = token }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_code_of_one_contract_is_not_that_of_another()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        using var node = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        var judge = await community.Contract.JudgeAsync(_cancellation);

        Assert.False(await new EnergySettlementContract(node, judge).IsThisVersionAsync(_cancellation));
        Assert.False(await new EnergySettlementContract(node, DevAccounts.Settler.Address).IsThisVersionAsync(_cancellation)); // no code at all
    }

    [Fact]
    public async Task A_chain_that_answers_garbage_is_named_and_starts_nothing()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        using var node = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        var code = Hex.Of(await node.CodeAsync(community.Options.Contract, _cancellation));
        await using var liar = await HostileNode.SayingAsync(question => question.Text("method") switch
        {
            "eth_chainId" => """{"jsonrpc":"2.0","id":ID,"result":"0x7a69"}""", // 31337
            "eth_getCode" => $$"""{"jsonrpc":"2.0","id":ID,"result":"{{code}}"}""",
            _ => """{"jsonrpc":"2.0","id":ID,"result":"0xdeadbeef"}""",
        });

        var refusal = await RefusalAsync(community.Options with { Rpc = HostileNode.UrlOf(liar) });

        Assert.Contains("does not answer as an EnergySettlement: settler: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_that_the_chain_does_not_know_is_named_with_the_one_it_knows()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var (own, meter) = (community.Keys[1].Address, community.Keys[0].Address);
        var configured = community.Options with
        {
            Members = [community.Options.Members[0], community.Options.Members[1] with { Meter = meter.ToMember() }],
        };

        var refusal = await RefusalAsync(configured);
        Assert.Contains($"member {own} (Home 1) are to be signed by {meter}, and the register", refusal, StringComparison.Ordinal);
        Assert.Contains($"says {own}: set Exchange:Members:N:Meter", refusal, StringComparison.Ordinal);
        Assert.Contains("ve meter announce", refusal, StringComparison.Ordinal);
        await using (await ExchangeHost.StartAsync(configured with { Deviations = false }, TimeProvider.System, _cancellation))
        {
            // Nothing is settled by readings: nothing can be forged.
        }

        // Now the chain knows it, and who does not configure it is refused.
        await community.RegisterMeterAsync(1, meter, _cancellation);
        Assert.Contains($"are to be signed by {own}, and the register", await RefusalAsync(community.Options), StringComparison.Ordinal);
    }

    private async Task<string> RefusalAsync(ExchangeOptions options) =>
        (await Assert.ThrowsAsync<ExchangeStartException>(() => ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))).Message;
}
