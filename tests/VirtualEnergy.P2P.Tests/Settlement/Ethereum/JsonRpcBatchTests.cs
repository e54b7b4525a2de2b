using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class JsonRpcBatchTests
{
    private static readonly Address[] Accounts = [.. Enumerable.Range(1, 5).Select(i => Address.Parse("0x" + i.ToString("x40", null)))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The balance of account i is i; the node answers the last question first.</summary>
    [Fact]
    public async Task Answers_are_matched_by_id_in_any_order()
    {
        var node = new BatchNode(requests => Array([.. requests.Select(Balance).Reverse()]));
        var balances = await AskAsync(node, Accounts);

        Assert.Equal([1, 2, 3, 4, 5], balances.Select(balance => balance.Result));
        Assert.Equal([5], node.Sizes);
    }

    [Fact]
    public async Task More_than_a_batch_holds_is_sent_as_several()
    {
        var node = new BatchNode(requests => Array([.. requests.Select(Balance)]));
        var balances = await AskAsync(node, Accounts, new JsonRpcOptions { MaxBatch = 2 });

        Assert.Equal([1, 2, 3, 4, 5], balances.Select(balance => balance.Result));
        Assert.Equal([2, 2, 1], node.Sizes);
    }

    [Fact]
    public async Task An_error_is_that_of_its_own_question_alone()
    {
        var node = new BatchNode(requests => Array([.. requests.Select((request, i) => i == 1
            ? """{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"no such block"}}""".Replace("ID", request!["id"]!.ToJsonString(), StringComparison.Ordinal)
            : Balance(request))]));
        var balances = await AskAsync(node, Accounts);

        Assert.Contains("no such block", (await Assert.ThrowsAsync<EthereumRpcException>(() => balances[1])).Message, StringComparison.Ordinal);
        Assert.Equal([1, 3, 4, 5], balances.Where((_, i) => i != 1).Select(balance => balance.Result));
    }

    [Fact]
    public async Task A_question_that_is_not_answered_fails_alone()
    {
        var node = new BatchNode(requests => Array([.. requests.Skip(1).Select(Balance)]));
        var balances = await AskAsync(node, Accounts);

        Assert.Contains("the batch without this question", (await Assert.ThrowsAsync<EthereumTransportException>(() => balances[0])).Message, StringComparison.Ordinal);
        Assert.Equal([2, 3, 4, 5], balances.Skip(1).Select(balance => balance.Result));
    }

    /// <summary>Who answers what nobody asked, or twice, may have mixed up the others as well.</summary>
    [Theory]
    [InlineData("twice")]
    [InlineData("unasked")]
    [InlineData("no array")]
    [InlineData("an error")]
    [InlineData("no JSON")]
    public async Task A_node_that_confuses_answers_is_not_believed_at_all(string how)
    {
        var node = new BatchNode(requests => how switch
        {
            "twice" => Array([.. requests.Select(Balance), Balance(requests[0])]),
            "unasked" => Array([.. requests.Select(Balance), """{"jsonrpc":"2.0","id":999999,"result":"0x1"}"""]),
            "no array" => Balance(requests[0]),
            "an error" => """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are not served here"}}""",
            _ => "<html>",
        });
        var batch = node.Client().NewBatch();
        var balances = Accounts.Select(account => batch.Client.BalanceAsync(account, Ct)).ToList();

        await Assert.ThrowsAnyAsync<EthereumException>(() => batch.SendAsync(Ct));
        foreach (var balance in balances)
        {
            await Assert.ThrowsAnyAsync<EthereumException>(() => balance);
        }
    }

    [Fact]
    public async Task A_batch_with_a_transaction_in_it_is_never_repeated()
    {
        var node = new BatchNode(_ => throw new HttpRequestException("Connection reset"));
        var batch = node.Client().NewBatch();
        var sent = batch.Client.SendRawTransactionAsync(new byte[] { 1 }, Ct);

        await Assert.ThrowsAsync<EthereumTransportException>(() => batch.SendAsync(Ct));
        await Assert.ThrowsAsync<EthereumTransportException>(() => sent);
        Assert.Equal([1], node.Sizes);
    }

    [Fact]
    public async Task A_batch_is_sent_once()
    {
        var node = new BatchNode(requests => Array([.. requests.Select(Balance)]));
        var batch = node.Client().NewBatch();
        await batch.SendAsync(Ct);

        Assert.Empty(node.Sizes); // Nothing was asked, so nothing was sent.
        await Assert.ThrowsAsync<InvalidOperationException>(() => batch.SendAsync(Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => batch.Client.BlockNumberAsync(Ct));
    }

    private static async Task<Task<BigInteger>[]> AskAsync(BatchNode node, Address[] accounts, JsonRpcOptions? options = null)
    {
        var batch = node.Client(options).NewBatch();
        var balances = accounts.Select(account => batch.Client.BalanceAsync(account, Ct)).ToArray();
        await batch.SendAsync(Ct);
        await Task.WhenAny(Task.WhenAll(balances)); // Each is done, well or not.
        return balances;
    }

    private static string Array(string[] responses) => $"[{string.Join(',', responses)}]";

    private static string Balance(JsonNode? request) =>
        $$"""{"jsonrpc":"2.0","id":{{request!["id"]}},"result":"0x{{request["params"]![0]!.GetValue<string>()[^1]}}"}""";

    /// <summary>Answers a whole batch as the test says, and remembers how many questions each had.</summary>
    private sealed class BatchNode(Func<JsonArray, string> reply) : HttpMessageHandler
    {
        private readonly FakeTimeProvider _time = new();

        public List<int> Sizes { get; } = [];

        public JsonRpcClient Client(JsonRpcOptions? options = null) =>
            new(new HttpClient(this) { BaseAddress = new Uri("http://node/"), Timeout = Timeout.InfiniteTimeSpan }, _time, options);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var requests = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsArray();
            Sizes.Add(requests.Count);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(reply(requests), Encoding.UTF8, "application/json") };
        }
    }
}
