using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class JsonRpcClientTests
{
    private const string BlockNumberIs5 = """{"jsonrpc":"2.0","id":ID,"result":"0x5"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private static readonly Address Someone = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");

    [Fact]
    public async Task A_transport_error_is_asked_again_with_growing_pauses()
    {
        var node = ScriptedNode.Saying(count => count < 4 ? "unreachable" : BlockNumberIs5);
        var start = node.Time.GetUtcNow();

        Assert.Equal(5UL, await node.Finish(node.Client().BlockNumberAsync(Ct)));
        Assert.Equal(4, node.Requests);
        Assert.True(node.Time.GetUtcNow() - start >= TimeSpan.FromMilliseconds(250 + 500 + 1000)); // the default back-off
    }

    [Theory]
    [InlineData("HTTP 503")]
    [InlineData("HTTP 429")]
    public async Task A_busy_node_is_asked_again(string busy)
    {
        var node = ScriptedNode.Saying(count => count == 1 ? busy : BlockNumberIs5);

        Assert.Equal(5UL, await node.Finish(node.Client().BlockNumberAsync(Ct)));
    }

    [Fact]
    public async Task A_node_that_never_answers_is_given_up_with_what_and_where()
    {
        var node = ScriptedNode.Silent();

        var e = await Assert.ThrowsAsync<EthereumTransportException>(() => node.Finish(node.Client().BlockNumberAsync(Ct)));

        Assert.Equal("eth_blockNumber: the node at http://node/ did not answer within 10 s.", e.Message);
        Assert.Equal(4, node.Requests);
    }

    [Fact]
    public async Task A_cancelled_question_is_cancelled_not_timed_out()
    {
        var node = ScriptedNode.Silent();
        using var cancellation = new CancellationTokenSource();
        var question = node.Client().BlockNumberAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
    }

    [Fact]
    public async Task A_transaction_whose_log_was_read_is_asked_for_again_while_the_node_calls_it_pending()
    {
        var hash = new Hash256(Enumerable.Repeat((byte)0xaa, 32).ToArray());
        var node = ScriptedNode.Answering((_, _, count) => count switch
        {
            1 => Answer("null"), // in the pool
            2 => "null",
            _ => Answer("\"0x7\""),
        });

        Assert.Equal(7ul, (await node.Finish(node.Client().LoggedCallAsync(hash, Ct)))!.BlockNumber);
        Assert.Equal(3, node.Requests);

        var denying = ScriptedNode.Answering((_, _, _) => "null");
        Assert.Null(await denying.Finish(denying.Client().LoggedCallAsync(hash, Ct)));
        Assert.Equal(4, denying.Requests); // the default attempts

        string Answer(string block) => $$"""{"hash":"{{hash}}","from":"{{Someone}}","to":null,"input":"0x","blockNumber":{{block}}}""";
    }

    [Fact]
    public async Task A_raw_transaction_is_sent_once_only()
    {
        var node = ScriptedNode.Saying(_ => "unreachable");

        await Assert.ThrowsAsync<EthereumTransportException>(() => node.Finish(node.Client().SendRawTransactionAsync(new byte[] { 1 }, Ct)));
        Assert.Equal(1, node.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>502</html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":ID}""")]
    [InlineData("""{"jsonrpc":"2.0","id":999,"result":"0x5"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"ID","result":"0x5"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":5}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"5"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x10000000000000000"}""")] // 2^64
    [InlineData("HTTP 404")]
    public async Task Nonsense_is_called_so_and_not_asked_again(string nonsense)
    {
        var node = ScriptedNode.Saying(_ => nonsense);

        var e = await Assert.ThrowsAsync<EthereumTransportException>(() => node.Finish(node.Client().BlockNumberAsync(Ct)));

        Assert.StartsWith("eth_blockNumber: ", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, node.Requests);
    }

    [Fact]
    public async Task A_huge_answer_is_refused()
    {
        var node = ScriptedNode.Saying(_ => new string(' ', 2000));
        var client = node.Client(new JsonRpcOptions { MaxResponseBytes = 1999 });

        var e = await Assert.ThrowsAsync<EthereumTransportException>(() => node.Finish(client.BlockNumberAsync(Ct)));

        Assert.Contains("more than 1999 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nodes_error_keeps_its_code_and_words()
    {
        var node = ScriptedNode.Saying(_ => """{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"nonce too low"}}""");

        var e = await Assert.ThrowsAsync<EthereumRpcException>(() => node.Finish(node.Client().BlockNumberAsync(Ct)));

        Assert.Equal((-32000, "nonce too low"), (e.Code, e.NodeMessage));
    }

    [Theory]
    [InlineData("DATA")]
    [InlineData("""{"data":DATA}""")]
    public async Task A_revert_has_the_name_of_its_error(string shape)
    {
        var overdraft = new AbiError("Overdraft(address,uint256)");
        var data = '"' + Hex.Of(overdraft.Encode(Someone, 5)) + '"';
        var error = """{"jsonrpc":"2.0","id":ID,"error":{"code":3,"message":"execution reverted","data":SHAPE}}"""
            .Replace("SHAPE", shape, StringComparison.Ordinal).Replace("DATA", data, StringComparison.Ordinal);
        var node = ScriptedNode.Saying(_ => error);

        var named = await Assert.ThrowsAsync<EthereumRevertException>(
            () => node.Finish(node.Client(new JsonRpcOptions { KnownErrors = [overdraft] }).CallAsync(Someone, [], Ct)));
        var unnamed = await Assert.ThrowsAsync<EthereumRevertException>(() => node.Finish(node.Client().CallAsync(Someone, [], Ct)));

        Assert.Equal("Overdraft", named.ErrorName);
        Assert.Equal([Someone, new BigInteger(5)], named.Arguments);
        Assert.Equal($"The contract refuses: Overdraft({Someone}, 5).", named.Message);
        Assert.Null(unnamed.ErrorName);
        Assert.Equal(data.Trim('"'), Hex.Of(unnamed.Data.AsSpan()));
    }

    [Fact]
    public async Task A_revert_with_a_reason_says_it()
    {
        var data = Hex.Of(AbiError.Reason.Encode("too late"));
        var node = ScriptedNode.Saying(_ => """{"jsonrpc":"2.0","id":ID,"error":{"code":3,"message":"execution reverted","data":"DATA"}}""".Replace("DATA", data, StringComparison.Ordinal));

        var e = await Assert.ThrowsAsync<EthereumRevertException>(() => node.Finish(node.Client().CallAsync(Someone, [], Ct)));

        Assert.Equal("The contract refuses: Error(too late).", e.Message);
    }

    [Fact]
    public async Task The_fee_is_twice_the_next_base_fee_and_the_tip()
    {
        // Base fees of the last block and the next, 0x64 = 100 and 0x70 = 112; tip 0x3: at most 2 · 112 + 3.
        var node = ScriptedNode.Answering((method, _, _) =>
            method == "eth_feeHistory" ? """{"oldestBlock":"0x1","baseFeePerGas":["0x64","0x70"],"gasUsedRatio":[0.5]}""" : "\"0x3\"");

        Assert.Equal(new EthereumFees(227, 3), await node.Finish(node.Client().FeesAsync(Ct)));
    }

    [Fact]
    public async Task A_node_without_a_tip_gives_one_gwei()
    {
        var node = ScriptedNode.Saying(count => count == 1
            ? """{"jsonrpc":"2.0","id":ID,"result":{"baseFeePerGas":["0x64"]}}"""
            : """{"jsonrpc":"2.0","id":ID,"error":{"code":-32601,"message":"method not found"}}""");

        Assert.Equal(new EthereumFees(1_000_000_200, 1_000_000_000), await node.Finish(node.Client().FeesAsync(Ct)));
    }

    [Fact]
    public async Task A_receipt_of_another_transaction_is_refused()
    {
        var asked = Keccak256.Hash("asked");
        var other = Keccak256.Hash("other");
        var node = ScriptedNode.Answering((_, _, _) => ReceiptOf(other, "0x1"));

        await Assert.ThrowsAsync<EthereumTransportException>(() => node.Finish(node.Client().ReceiptAsync(asked, Ct)));
        var receipt = await node.Finish(node.Client().ReceiptAsync(other, Ct));
        Assert.Equal((9UL, true, 21_000UL), (receipt!.BlockNumber, receipt.Succeeded, receipt.GasUsed));
    }

    internal static string ReceiptOf(Hash256 hash, string status) =>
        $$"""
        {"transactionHash":"{{hash}}","blockNumber":"0x9","blockHash":"{{hash}}","status":"{{status}}","gasUsed":"0x5208",
         "effectiveGasPrice":"0x1","contractAddress":null,"logs":[]}
        """;
}
