using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Doctor;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>What <c>ve doctor</c> says of a chain and of the contract on it.</summary>
public sealed class DoctorOnAnvilTests : IAsyncLifetime
{
    private static readonly TimeSpan Wait = Hang.After;

    private TestCommunity _community = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Address Contract => _community.Contract.Address;

    public async ValueTask InitializeAsync() => _community = await TestCommunity.StartAsync(homes: 1, Ct);

    public ValueTask DisposeAsync() => _community.DisposeAsync();

    [Fact]
    public async Task A_markets_contract_is_found_well_with_the_period_that_it_has_settled()
    {
        var findings = await MarketCheck.ChainAsync(_community.Options.Rpc, Told(), contract: null, Wait, TimeProvider.System, Ct);

        Assert.Equal(["chain", "clock", "contract", "judge"], findings.Select(finding => finding.What));
        Assert.All(findings, finding => Assert.Equal((FindingState.Ok, null), (finding.State, finding.Advice)));
        Assert.Equal($"{Contract} is an EnergySettlement of this version, settled up to period 1889999", findings[^2].Is); // deployed for 1890000 and later
    }

    [Fact]
    public async Task An_address_without_a_contract_fails() =>
        Assert.Equal($"no contract lives at {DevAccounts.Settler.Address}", (await FailureAsync(null, DevAccounts.Settler.Address)).Is);

    [Fact]
    public async Task A_contract_that_is_something_else_fails()
    {
        var token = await _community.Contract.TokenAsync(Ct);

        Assert.Equal($"{token} is not the EnergySettlement of this version: its code is another", (await FailureAsync(null, token)).Is);
    }

    [Fact]
    public async Task A_contract_of_another_version_fails_although_it_answers_the_same()
    {
        // The last byte of the code is the compiler's mark, which nothing executes.
        var code = await _community.Client.CodeAsync(Contract, Ct);
        code[^1] ^= 1;
        await _community.AskChainAsync("anvil_setCode", Contract.ToString(), Hex.Of(code));

        var failure = await FailureAsync(Told(), null);

        Assert.Equal($"{Contract} is not the EnergySettlement of this version: its code is another", failure.Is);
        Assert.Contains("needs the ve of that version", failure.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FraudProofs")]
    [InlineData("ClearingProofs")]
    [InlineData("MeteredProofs")]
    public async Task A_judge_or_an_expert_of_another_version_fails_although_the_contract_is_well(string which)
    {
        var judge = new FraudProofsContract(await _community.Contract.JudgeAsync(Ct));
        var address = which switch
        {
            "FraudProofs" => judge.Address,
            "ClearingProofs" => (await judge.ClearingAsync(_community.Client, Ct)).Address,
            _ => (await judge.MeteredAsync(_community.Client, Ct)).Address,
        };
        var code = await _community.Client.CodeAsync(address, Ct);
        code[^1] ^= 1;
        await _community.AskChainAsync("anvil_setCode", address.ToString(), Hex.Of(code));

        var finding = await FindingAsync(Told(), null);

        Assert.Equal(("judge", FindingState.Fail, $"{address} is not the {which} of this version: its code is another"), (finding.What, finding.State, finding.Is));
    }

    [Fact]
    public async Task A_contract_that_somebody_judges_as_he_likes_fails_and_nobody_challenges_there()
    {
        using var sender = new TransactionSender(
            _community.Client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var terms = new EnergySettlementTerms(await _community.Contract.TokenAsync(Ct), DevAccounts.Settler.Address, sender.Address, DevAccounts.Settler.Address, TestCommunity.First.Previous);
        var own = (await EnergySettlementContract.DeployAsync(sender, terms, Ct)).Address;
        Assert.Equal($"{DevAccounts.Settler.Address} is no contract: somebody judges as he likes", (await FindingAsync(null, own)).Is);

        var folder = Directory.CreateTempSubdirectory("ve-doctor-");
        try
        {
            var config = Path.Combine(folder.FullName, "home.json");
            await File.WriteAllTextAsync(
                config,
                $$"""{ "broker": "mqtt://127.0.0.1:1", "rpc": "{{_community.Options.Rpc}}", "contract": "{{own}}", "exchange": "http://127.0.0.1:1", "household": { "homes": 1 } }""",
                Ct);
            await using var node = DemoProcess.Ve(new Dictionary<string, string> { ["VE_KEY"] = "0x" + new string('1', 64) }, "node", "run", "--config", config, "--challenge");
            Assert.Equal(2, await node.ExitAsync());
            Assert.Contains("--challenge: ", node.Errors[^1], StringComparison.Ordinal);
            Assert.Contains("somebody judges as he likes", node.Errors[^1], StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_contract_that_takes_settlements_from_somebody_else_fails()
    {
        var impostor = DevAccounts.Registrar.Address;

        Assert.Equal(
            $"{Contract} takes settlements from {DevAccounts.Settler.Address}, and the market's exchange is {impostor}",
            (await FailureAsync(Told() with { Exchange = impostor.ToString() }, null)).Is);
    }

    [Fact]
    public async Task A_contract_with_other_rules_than_the_exchange_tells_fails()
    {
        using var sender = new TransactionSender(
            _community.Client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var terms = new EnergySettlementTerms(
            await _community.Contract.TokenAsync(Ct), await _community.Contract.JudgeAsync(Ct), sender.Address, DevAccounts.Settler.Address, TestCommunity.First.Previous)
        {
            Rules = CommittedRules.Of(MarketRules.Default).Hash,
        };
        var bound = (await EnergySettlementContract.DeployAsync(sender, terms, Ct)).Address;
        var same = Told() with { Contract = bound.ToString(), Rules = MarketRules.Default };
        var other = same with { Rules = MarketRules.Default with { TickMicroEurPerKWh = 200 } };

        Assert.Equal(FindingState.Ok, (await FindingAsync(same, null)).State);
        Assert.Equal($"{bound} was deployed with other market rules than the exchange tells", (await FailureAsync(other, null)).Is);
    }

    [Fact]
    public async Task A_node_that_answers_nonsense_fails_and_ends_the_look_at_the_chain()
    {
        await using var liar = await HostileNode.SayingAsync(_ => """{"jsonrpc":"2.0","id":ID,"result":"0x7a69"}"""); // 31337, also where a block was asked for

        var findings = await MarketCheck.ChainAsync(HostileNode.UrlOf(liar), Told(), null, Wait, TimeProvider.System, Ct);

        Assert.Equal([("chain", FindingState.Ok), ("chain", FindingState.Fail)], findings.Select(finding => (finding.What, finding.State)));
        Assert.Contains("eth_getBlockByNumber: the node's answer has another form than specified", findings[^1].Is, StringComparison.Ordinal);
    }

    /// <summary>The market as its exchange describes it.</summary>
    private MarketDescription Told() =>
        new(_community.Options.Community, 31337, Contract.ToString(), DevAccounts.Settler.Address.ToString(), _community.Options.Rules);

    private async Task<Finding> FailureAsync(MarketDescription? market, Address? contract)
    {
        var finding = await FindingAsync(market, contract);
        Assert.Equal(("contract", FindingState.Fail), (finding.What, finding.State));
        return finding;
    }

    private async Task<Finding> FindingAsync(MarketDescription? market, Address? contract) =>
        (await MarketCheck.ChainAsync(_community.Options.Rpc, market, contract, Wait, TimeProvider.System, Ct))[^1];
}
