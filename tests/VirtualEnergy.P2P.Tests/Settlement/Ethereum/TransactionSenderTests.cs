using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class TransactionSenderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private static readonly EthereumKey Key = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
    private static readonly Address Someone = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");

    [Fact]
    public async Task Concurrent_senders_get_nonces_in_a_row()
    {
        var chain = new ScriptedChain();
        using var sender = chain.Sender();

        await chain.Node.Finish(Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sender.SendAsync(Someone, [], Ct))));

        Assert.Equal(Enumerable.Range(0, 10).Select(nonce => (ulong)nonce), chain.Nonces);
    }

    [Fact]
    public async Task The_gas_limit_has_a_margin_over_the_estimate()
    {
        var chain = new ScriptedChain();
        using var sender = chain.Sender();

        await chain.Node.Finish(sender.SendAsync(Someone, [], Ct));

        Assert.Equal(26_250UL, ScriptedChain.Field(chain.Sent[0], 4)); // 21 000 + 25 %
    }

    [Fact]
    public async Task A_transaction_that_the_node_forgot_is_sent_again_byte_for_byte()
    {
        var chain = new ScriptedChain { ForgetsTheFirst = 2 };
        using var sender = chain.Sender();

        var receipt = await chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct));

        Assert.True(receipt.Succeeded);
        Assert.Equal(3, chain.Sent.Count);
        Assert.Single(chain.Sent.Distinct());
    }

    [Fact]
    public async Task Already_known_counts_as_sent()
    {
        var chain = new ScriptedChain { TakesAndAnswers = """{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"already known"}}""" };
        using var sender = chain.Sender();

        Assert.True((await chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct))).Succeeded);
    }

    [Fact]
    public async Task A_lost_answer_counts_as_sent_if_the_node_has_the_transaction()
    {
        var chain = new ScriptedChain { TakesAndAnswers = "unreachable" };
        using var sender = chain.Sender();

        Assert.True((await chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct))).Succeeded);
        Assert.Single(chain.Sent);
    }

    [Fact]
    public async Task A_refused_transaction_gives_its_nonce_back()
    {
        var chain = new ScriptedChain { Refuses = true };
        using var sender = chain.Sender();
        await Assert.ThrowsAsync<EthereumRpcException>(() => chain.Node.Finish(sender.SendAsync(Someone, [], Ct)));
        chain.Refuses = false;

        await chain.Node.Finish(sender.SendAsync(Someone, [], Ct));

        Assert.Equal([0UL, 0UL], chain.Nonces);
    }

    [Fact]
    public async Task A_revert_foreseen_by_the_estimate_sends_nothing()
    {
        var chain = new ScriptedChain { EstimateReverts = true };
        using var sender = chain.Sender();

        var e = await Assert.ThrowsAsync<EthereumRevertException>(() => chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct)));

        Assert.Equal("The contract refuses: Error(gate closed).", e.Message);
        Assert.Empty(chain.Sent);
    }

    [Fact]
    public async Task A_revert_in_the_block_is_explained_too()
    {
        var chain = new ScriptedChain { RevertsInBlock = true };
        using var sender = chain.Sender();

        var e = await Assert.ThrowsAsync<EthereumRevertException>(() => chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct)));

        Assert.Equal("The contract refuses: Error(gate closed).", e.Message);
        Assert.Single(chain.Sent);
    }

    [Fact]
    public async Task A_transaction_that_is_never_mined_is_given_up_with_its_hash_and_nonce()
    {
        var chain = new ScriptedChain { NeverMines = true };
        using var sender = chain.Sender();

        var e = await Assert.ThrowsAsync<TransactionTimeoutException>(() => chain.Node.Finish(sender.SendAndConfirmAsync(Someone, [], Ct)));

        Assert.Equal(Keccak256.Hash(Hex.Parse(chain.Sent[^1])), e.Transaction.Hash);
        Assert.Contains("not mined after 90 s", e.Message, StringComparison.Ordinal);
        Assert.All(chain.Nonces, nonce => Assert.Equal(0UL, nonce));
    }

    [Fact]
    public async Task On_another_chain_nothing_is_sent()
    {
        var chain = new ScriptedChain();
        using var sender = new TransactionSender(chain.Node.Client(), Key, 1, chain.Node.Time);

        var e = await Assert.ThrowsAsync<WrongChainException>(() => chain.Node.Finish(sender.SendAsync(Someone, [], Ct)));

        Assert.Equal((1UL, 31337UL), (e.Expected, e.Actual));
        Assert.Empty(chain.Sent);
    }

    /// <summary>A chain of one account that mines at once, with the faults that a test switches on.</summary>
    private sealed class ScriptedChain
    {
        private readonly HashSet<string> _known = [];

        public ScriptedChain() => Node = ScriptedNode.Replying(Answer);

        public ScriptedNode Node { get; }

        public List<string> Sent { get; } = [];

        public IEnumerable<ulong> Nonces => Sent.Select(raw => Field(raw, 1));

        public int ForgetsTheFirst { get; init; }

        public string? TakesAndAnswers { get; init; }

        public bool Refuses { get; set; }

        public bool EstimateReverts { get; init; }

        public bool RevertsInBlock { get; init; }

        public bool NeverMines { get; init; }

        public TransactionSender Sender() => new(Node.Client(), Key, 31337, Node.Time);

        public static ulong Field(string raw, int index)
        {
            var bytes = Rlp.Decode(Hex.Parse(raw).AsSpan(1)).Items[index].Bytes;
            return (ulong)new System.Numerics.BigInteger(bytes.AsSpan(), isUnsigned: true, isBigEndian: true);
        }

        private string Answer(string method, JsonArray parameters) => method switch
        {
            "eth_chainId" => Result("\"0x7a69\""), // 31337
            "eth_feeHistory" => Result("""{"baseFeePerGas":["0x64"]}"""),
            "eth_maxPriorityFeePerGas" => Result("\"0x3\""),
            "eth_getTransactionCount" => Result("\"0x0\""),
            "eth_estimateGas" => EstimateReverts ? Revert() : Result("\"0x5208\""), // 21 000
            "eth_call" => Revert(),
            "eth_sendRawTransaction" => Send(parameters[0]!.GetValue<string>()),
            "eth_getTransactionByHash" => Result(_known.Contains(parameters[0]!.GetValue<string>()) ? "{}" : "null"),
            "eth_getTransactionReceipt" => Result(Receipt(parameters[0]!.GetValue<string>())),
            _ => throw new InvalidOperationException(method),
        };

        private string Send(string raw)
        {
            var hash = Keccak256.Hash(Hex.Parse(raw)).ToString();
            Sent.Add(raw);
            if (Refuses)
            {
                return """{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"insufficient funds"}}""";
            }

            if (Sent.Count > ForgetsTheFirst)
            {
                _known.Add(hash);
            }

            return TakesAndAnswers ?? Result($"\"{hash}\"");
        }

        private string Receipt(string hash) =>
            _known.Contains(hash) && !NeverMines
                ? JsonRpcClientTests.ReceiptOf(new(Hex.Parse(hash)), RevertsInBlock ? "0x0" : "0x1")
                : "null";

        private static string Revert() => """{"jsonrpc":"2.0","id":ID,"error":{"code":3,"message":"execution reverted","data":"DATA"}}"""
            .Replace("DATA", Hex.Of(AbiError.Reason.Encode("gate closed")), StringComparison.Ordinal);

        private static string Result(string json) => $$"""{"jsonrpc":"2.0","id":ID,"result":{{json}}}""";
    }
}
