using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>A node that means no good, over a real socket. The cases of form alone are in the tests without I/O.</summary>
public sealed class HostileNodeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly JsonRpcOptions Impatient = new()
    {
        RequestTimeout = TimeSpan.FromMilliseconds(300), Attempts = 2, FirstBackOff = TimeSpan.FromMilliseconds(1), MaxResponseBytes = 100_000,
    };

    [Fact]
    public async Task A_node_that_never_answers_is_given_up()
    {
        await using var node = await StartAsync(async context => await Task.Delay(Timeout.Infinite, context.RequestAborted));

        Assert.Contains("did not answer within 0.3 s", await FailureAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_stops_in_the_middle_is_given_up()
    {
        await using var node = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"jsonrpc":"2.0","id":""", Ct);
            await context.Response.Body.FlushAsync(Ct);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        Assert.Contains("did not answer within 0.3 s", await FailureAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_cuts_the_line_is_asked_again_and_given_up()
    {
        var requests = 0;
        await using var node = await StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Contains("cannot be reached", await FailureAsync(node), StringComparison.Ordinal);
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        await using var node = await StartAsync(async context =>
        {
            var spaces = new byte[10_000];
            spaces.AsSpan().Fill((byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
            }
        });

        Assert.Contains("more than 100000 bytes", await FailureAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_is_called_so()
    {
        await using var node = await StartAsync(context => context.Response.WriteAsync("<html>welcome</html>", Ct));

        Assert.Contains("not JSON", await FailureAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deeply_nested_json_is_refused()
    {
        await using var node = await StartAsync(context => context.Response.WriteAsync(new string('[', 50_000), Ct));

        Assert.Contains("not JSON", await FailureAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_on_another_chain_gets_no_transaction()
    {
        var asked = new List<string>();
        await using var node = await StartAsync(async context =>
        {
            using var request = await System.Text.Json.JsonDocument.ParseAsync(context.Request.Body, cancellationToken: Ct);
            asked.Add(request.RootElement.Text("method"));
            await context.Response.WriteAsync($$"""{"jsonrpc":"2.0","id":{{request.RootElement.GetProperty("id")}},"result":"0x1"}""", Ct);
        });
        using var client = new JsonRpcClient(UrlOf(node), TimeProvider.System, Impatient);
        using var sender = new TransactionSender(client, DevAccounts.Settler, 31337, TimeProvider.System);

        var e = await Assert.ThrowsAsync<WrongChainException>(() => sender.SendAsync(Address.Zero, [], Ct));

        Assert.Equal("The node is on chain 1, the configuration says 31337.", e.Message);
        Assert.Equal(["eth_chainId"], asked);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://{listener.LocalEndpoint}/");
        listener.Stop();
        using var client = new JsonRpcClient(url, TimeProvider.System, Impatient);

        var e = await Assert.ThrowsAsync<EthereumTransportException>(() => client.BlockNumberAsync(Ct));

        Assert.StartsWith($"eth_blockNumber: the node at {url} cannot be reached: ", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string> FailureAsync(WebApplication node)
    {
        using var client = new JsonRpcClient(UrlOf(node), TimeProvider.System, Impatient);
        return (await Assert.ThrowsAsync<EthereumTransportException>(() => client.BlockNumberAsync(Ct))).Message;
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var node = builder.Build();
        node.Run(answer);
        await node.StartAsync(Ct);
        return node;
    }

    private static Uri UrlOf(WebApplication node) => new(node.Urls.Single());
}
