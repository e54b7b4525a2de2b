using Microsoft.AspNetCore.Http;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>A node that is dead, slow or means no good, over a real socket.</summary>
public abstract partial class EthereumClientContract
{
    private static readonly JsonRpcOptions Narrow = new()
    {
        RequestTimeout = Hang.After, Attempts = 2, FirstBackOff = TimeSpan.FromMilliseconds(1), MaxResponseBytes = 100_000,
    };

    private static readonly JsonRpcOptions Impatient = Narrow with { RequestTimeout = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task A_node_that_never_answers_is_given_up()
    {
        await using var hostile = await HostileNode.StartAsync(async context => await Task.Delay(Timeout.Infinite, context.RequestAborted));

        Assert.Contains("did not answer within 0.3 s", await FailureAsync(HostileNode.UrlOf(hostile), isTransient: true, options: Impatient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_stops_in_the_middle_is_given_up()
    {
        await using var hostile = await HostileNode.StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"jsonrpc":"2.0","id":""", Ct);
            await context.Response.Body.FlushAsync(Ct);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        Assert.Contains("did not answer within 0.3 s", await FailureAsync(HostileNode.UrlOf(hostile), isTransient: true, options: Impatient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_cuts_the_line_is_asked_again_and_given_up_but_gets_a_transaction_once()
    {
        var requests = 0;
        await using var hostile = await HostileNode.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Contains("cannot be reached", await FailureAsync(HostileNode.UrlOf(hostile), isTransient: true), StringComparison.Ordinal);
        Assert.Equal(Narrow.Attempts, requests);

        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: true, client => client.SendRawTransactionAsync(new byte[] { 1 }, Ct));
        Assert.Equal(Narrow.Attempts + 1, requests);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(503, true)]
    [InlineData(404, false)]
    public async Task A_status_that_is_no_answer_is_named(int status, bool isTransient)
    {
        await using var hostile = await HostileNode.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Contains($"HTTP {status}", await FailureAsync(HostileNode.UrlOf(hostile), isTransient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        await using var hostile = await HostileNode.StartAsync(async context =>
        {
            var spaces = new byte[10_000];
            spaces.AsSpan().Fill((byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
            }
        });

        Assert.Contains("more than 100000 bytes", await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>welcome</html>")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":ID}""")]
    [InlineData("""{"jsonrpc":"2.0","id":999999,"result":"0x5"}""")] // the answer to another question
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":5}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"5"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0xzz"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":["0x5"]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x10000000000000000"}""")] // 2^64
    public async Task Nonsense_is_called_so_and_not_asked_again(string nonsense)
    {
        var requests = 0;
        await using var hostile = await HostileNode.SayingAsync(_ =>
        {
            requests++;
            return nonsense;
        });

        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Deeply_nested_json_is_refused()
    {
        await using var hostile = await HostileNode.SayingAsync(_ => """{"jsonrpc":"2.0","id":ID,"result":""" + new string('[', 50_000));

        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false);
    }

    [Fact]
    public async Task A_receipt_of_another_transaction_is_refused()
    {
        var other = Keccak256.Hash("other");
        var receipt = $$"""
            {"transactionHash":"{{other}}","blockNumber":"0x9","blockHash":"{{other}}","status":"0x1","gasUsed":"0x5208","effectiveGasPrice":"0x1","contractAddress":null,"logs":[]}
            """;
        await using var hostile = await HostileNode.SayingAsync(_ => """{"jsonrpc":"2.0","id":ID,"result":RESULT}""".Replace("RESULT", receipt, StringComparison.Ordinal));

        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false, client => client.ReceiptAsync(Keccak256.Hash("asked"), Ct));
        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false, client => client.LogsAsync(new LogFilter(Stranger, null, 0), Ct)); // no list at all
    }

    [Theory]
    [InlineData("0x00000000000000000000000000000000000beef6", "0x9", "")] // another contract
    [InlineData("0x00000000000000000000000000000000000beef5", "0x4", "")] // an earlier block
    [InlineData("0x00000000000000000000000000000000000beef5", "0x9", "0x00")] // a topic that is none
    public async Task A_log_that_nobody_asked_for_voids_them_all(string contract, string block, string topic)
    {
        var hash = Keccak256.Hash("any");
        var topics = topic.Length == 0 ? "[]" : $"""["{topic}"]""";
        var log = $$"""
            {"address":"{{contract}}","topics":{{topics}},"data":"0x","blockNumber":"{{block}}","blockHash":"{{hash}}","transactionHash":"{{hash}}","logIndex":"0x0","removed":false}
            """;
        await using var hostile = await HostileNode.SayingAsync(_ => """{"jsonrpc":"2.0","id":ID,"result":[RESULT]}""".Replace("RESULT", log, StringComparison.Ordinal));

        await FailureAsync(HostileNode.UrlOf(hostile), isTransient: false, client => client.LogsAsync(new LogFilter(Stranger, null, 5), Ct));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        using var closed = new ClosedPort();
        var url = new Uri($"http://127.0.0.1:{closed.Number}/");

        Assert.StartsWith($"eth_blockNumber: the node at {url} cannot be reached: ", await FailureAsync(url, isTransient: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_question_is_cancelled_not_timed_out()
    {
        var asked = new TaskCompletionSource();
        await using var hostile = await HostileNode.StartAsync(async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var client = Open(HostileNode.UrlOf(hostile), Usual);
        using (client as IDisposable)
        {
            var question = client.BlockNumberAsync(cancellation.Token);
            await asked.Task.WaitAsync(Ct);
            await cancellation.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
        }
    }

    private async Task<string> FailureAsync(Uri url, bool isTransient, Func<IEthereumClient, Task>? ask = null, JsonRpcOptions? options = null)
    {
        var client = Open(url, options ?? Narrow);
        using (client as IDisposable)
        {
            var failure = await Assert.ThrowsAsync<EthereumTransportException>(() => ask is null ? client.BlockNumberAsync(Ct) : ask(client));
            Assert.Equal(isTransient, failure.IsTransient);
            Assert.StartsWith("eth_", failure.Message, StringComparison.Ordinal);
            return failure.Message;
        }
    }
}
