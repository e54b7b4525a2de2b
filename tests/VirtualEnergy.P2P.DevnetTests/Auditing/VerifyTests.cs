using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Auditing;

/// <summary><c>ve verify</c> and <c>ve rounds save</c> as a member uses them, beside a real exchange and its chain.</summary>
public sealed class VerifyTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-verify-");

    private string Saved => Path.Combine(_folder.FullName, "saved");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_honest_market_is_verified_from_its_exchange_and_from_saved_rounds()
    {
        await using var community = await TestCommunity.StartAsync(homes: 3, _cancellation);
        await using (var exchange = await TradedAsync(community, rounds: 3))
        {
            await AskForMoneyAsync(community);
            await using var verify = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--exchange", exchange.ViewerAddress, "--json"]);
            Assert.True(await verify.ExitAsync() == 0, string.Join('\n', verify.Output.Concat(verify.Errors)));
            var result = JsonSerializer.Deserialize<JsonElement>(Assert.Single(verify.Output));
            Assert.True(result.GetProperty("good").GetBoolean());
            Assert.Equal(JsonValueKind.Null, result.GetProperty("first").ValueKind);
            Assert.All(result.GetProperty("rounds").EnumerateArray(), round => Assert.Equal("commitment", round.GetProperty("chain").GetString()));
            Assert.Equal([3, 3, 3], result.GetProperty("rounds").EnumerateArray().Select(round => round.GetProperty("bids").GetInt32()));
            Assert.True(result.GetProperty("balances").GetProperty("compared").GetBoolean());

            await using var save = DemoProcess.Ve(NoEnvironment, "rounds", "save", "--exchange", exchange.ViewerAddress, "--folder", Saved, "--from", $"{TestCommunity.First}", "--json");
            Assert.Equal(0, await save.ExitAsync());
            Assert.Equal(3, JsonSerializer.Deserialize<JsonElement>(Assert.Single(save.Output)).GetProperty("saved").GetInt32());
        }

        // The exchange is gone; a span in the middle opens with the balances before it.
        await using var offline = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved, "--from", $"{TestCommunity.First.Next}", "--to", $"{TestCommunity.First.Next}"]);
        Assert.Equal(0, await offline.ExitAsync());
        Assert.Contains(offline.Output, line => line.Contains("Everything follows from the bids", StringComparison.Ordinal));
        Assert.Contains(offline.Output, line => line.Contains("The balances of 3 members", StringComparison.Ordinal));

        await using var one = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", FileOf(TestCommunity.First), "--json"]);
        Assert.Equal(0, await one.ExitAsync());
        Assert.Single(JsonSerializer.Deserialize<JsonElement>(one.Output[^1]).GetProperty("rounds").EnumerateArray());
    }

    /// <summary>What is published is not what the chain has: the first difference, in words and numbers, and exit code 1.</summary>
    [Theory]
    [InlineData("\"priceMicroEurPerKWh\":200000,\"priceLow", "\"priceMicroEurPerKWh\":200100,\"priceLow", "trades-root", null)]
    [InlineData("\"volumeWh\":100}", "\"volumeWh\":101}", "volume", null)]
    [InlineData("\"number\":1,\"buy\":[[250000", "\"number\":1,\"buy\":[[250100", "bid-signature", "demandHeads")]
    [InlineData("\"deltaMicroEur\":-20000", "\"deltaMicroEur\":-19999", "deltas", null)]
    [InlineData("\"green\":false", "\"green\":true", null, null)]
    public async Task A_published_round_that_was_tampered_with_is_found(string text, string instead, string? check, string? proof)
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await SaveAsync(community);
        var file = FileOf(TestCommunity.First);
        var content = await File.ReadAllTextAsync(file, _cancellation);
        Assert.Contains(text, content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, content.Replace(text, instead, StringComparison.Ordinal), _cancellation);

        await using var verify = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved, "--json"]);
        Assert.Equal(check is null ? 0 : 1, await verify.ExitAsync());
        var first = JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]).GetProperty("first");
        Assert.Equal(check, first.ValueKind == JsonValueKind.Null ? null : first.GetProperty("check").GetString());
        Assert.Equal(proof, first.ValueKind == JsonValueKind.Null ? null : first.GetProperty("proof").GetString());
        if (check == "volume")
        {
            await using var words = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved]);
            Assert.Equal(1, await words.ExitAsync());
            Assert.Contains(words.Output, line => line.Contains($"Period {TestCommunity.First} does not follow from its bids: the volume.", StringComparison.Ordinal));
            Assert.Contains(words.Output, line => line.Contains("from the bids follows", StringComparison.Ordinal));
        }
    }

    /// <summary>Home 0 buys 100 Wh; its program, that it promised to keep to, has 99, or the 100. As /api/reservations answers it.</summary>
    [Theory]
    [InlineData(99, 1)]
    [InlineData(100, 0)]
    public async Task A_bid_that_trades_what_its_home_has_promised_elsewhere_is_found(long program, int exitCode)
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await SaveAsync(community);
        var (bsp, signing) = (EthereumKey.FromBytes([.. Enumerable.Repeat((byte)0x77, EthereumKey.Size)]), new FlexibilitySigning(community.Domain));
        var order = new FlexibilityOrder(bsp.Address.ToMember(), community.Keys[0].Address.ToMember(), 1, 12, FlexibilityOrderKind.Reserve, 7, TestCommunity.First, 1, -300, new Price(240_000));
        ImmutableArray<Energy> programs = [new Energy(program)];
        var evidence = WireFormat.Write(new ReservationEvidence(
            new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(signing.Hash(order), bsp)), programs, FlexibilitySigning.Sign(signing.Hash(order, programs), community.Keys[0])));
        await File.WriteAllTextAsync(Path.Combine(Saved, $"{TestCommunity.First}.reservations.json"), $$"""[{"at":"2026-11-30T00:00:00+00:00","evidence":{{Encoding.UTF8.GetString(evidence)}}}]""", _cancellation);

        await using var verify = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved, "--json"]);
        Assert.Equal(exitCode, await verify.ExitAsync());
        var first = JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]).GetProperty("first");
        Assert.Equal(exitCode == 0 ? null : "promise", first.ValueKind == JsonValueKind.Null ? null : first.GetProperty("check").GetString());
    }

    [Fact]
    public async Task A_settled_round_that_is_not_published_is_a_difference()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await SaveAsync(community, rounds: 2);
        File.Delete(FileOf(TestCommunity.First));
        await using var verify = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved, "--from", $"{TestCommunity.First}", "--json"]);
        Assert.Equal(1, await verify.ExitAsync());
        Assert.Equal("published", JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]).GetProperty("first").GetProperty("check").GetString());
    }

    /// <summary>Whatever a file says, it is one line and exit code 2.</summary>
    [Theory]
    [InlineData("{\"round\":")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"round\":{\"period\":1890000},\"round\":{}}")]
    [InlineData("{\"round\":{\"period\":1.5}}")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")]
    public async Task A_hostile_file_is_refused_in_one_line(string content)
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await SaveAsync(community);
        await File.WriteAllTextAsync(FileOf(TestCommunity.First), content, _cancellation);
        await using var verify = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--rounds", Saved]);
        Assert.Equal(2, await verify.ExitAsync());
        Assert.Contains($"{TestCommunity.First}.json", verify.Errors[^1], StringComparison.Ordinal);
        Assert.StartsWith("error: ", verify.Errors[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rpc energy --contract 0x1 --exchange x", "--contract 0x1: an address")]
    [InlineData("--rpc ftp://x --contract 0x00000000000000000000000000000000000000aa --exchange http://x", "--rpc ftp://x")]
    [InlineData("--rpc http://x --contract 0x00000000000000000000000000000000000000aa", "--exchange URL, or --rounds PATH")]
    [InlineData("--rpc http://x --contract 0x00000000000000000000000000000000000000aa --exchange http://x --from 9 --to 3", "--from 9 is after --to 3")]
    [InlineData("--rpc http://x --contract 0x00000000000000000000000000000000000000aa --rounds /nowhere", "/nowhere: cannot be read")]
    [InlineData("--rpc http://127.0.0.1:1 --contract 0x00000000000000000000000000000000000000aa --exchange http://127.0.0.1:1", "cannot be reached")]
    public async Task A_mistake_is_one_clear_line(string arguments, string expected)
    {
        await using var verify = DemoProcess.Ve(NoEnvironment, ["verify", .. arguments.Split(' ')]);
        Assert.Equal(2, await verify.ExitAsync());
        Assert.Contains(expected, verify.Errors[^1], StringComparison.Ordinal);
    }

    private static string[] Verify(TestCommunity community) => ["verify", "--rpc", community.Options.Rpc.ToString(), "--contract", community.Options.Contract.ToString()];

    private string FileOf(Period period) => Path.Combine(Saved, $"{period}.json");

    private async Task SaveAsync(TestCommunity community, int rounds = 1)
    {
        await using var exchange = await TradedAsync(community, rounds);
        await using var save = DemoProcess.Ve(NoEnvironment, "rounds", "save", "--exchange", exchange.ViewerAddress, "--folder", Saved);
        Assert.Equal(0, await save.ExitAsync());
    }

    private async Task<ExchangeHost> TradedAsync(TestCommunity community, int rounds)
    {
        var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = rounds }, TimeProvider.System, _cancellation);
        for (var i = 0; i < rounds; i++)
        {
            var period = new Period(TestCommunity.First.Index + i);
            for (var home = 0; home < community.Keys.Length; home++)
            {
                await using var node = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
                await node.UntilOpenAsync(period, _cancellation);
                Assert.True((await node.AskAsync(community.Bid(home, period), _cancellation)).Accepted);
            }

            await community.Progress.NextAsync<RoundSettled>(_cancellation);
        }

        return exchange;
    }

    /// <summary>A home asks for some of its money, so that there is more to replay than trades.</summary>
    private async Task AskForMoneyAsync(TestCommunity community)
    {
        using var client = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        await community.AskChainAsync("anvil_setBalance", community.Keys[0].Address.ToString(), "0xde0b6b3a7640000");
        using var sender = new TransactionSender(client, community.Keys[0], 31337, TimeProvider.System);
        await community.Contract.RequestWithdrawalAsync(sender, new Money(5_000_000), DevAccounts.Registrar.Address, _cancellation);
    }
}
