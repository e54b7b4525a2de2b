using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

public sealed class LateChainTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rounds_go_on_without_the_chain_and_settle_in_order_when_it_returns()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var chain = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(
            community.Options with { Rpc = chain.Address, Rounds = 3 }, TimeProvider.System, _cancellation);
        await using var buyer = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[0].Address.ToMember(), _cancellation);
        await using var seller = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[1].Address.ToMember(), _cancellation);

        chain.IsShut = true;
        for (var period = TestCommunity.First; period.Index < TestCommunity.First.Index + 3; period = period.Next)
        {
            await buyer.UntilOpenAsync(period, _cancellation);
            Assert.True((await buyer.AskAsync(community.Bid(0, period), _cancellation)).Accepted);
            Assert.True((await seller.AskAsync(community.Bid(1, period), _cancellation)).Accepted);
            Assert.Equal(period, (await community.Progress.NextAsync<RoundCleared>(_cancellation)).Period);
        }

        await community.Progress.NextAsync<SettlementDelayed>(_cancellation);
        Assert.Equal(TestCommunity.First.Previous, await community.Contract.LastPeriodAsync(_cancellation));
        Assert.Equal(0, exchange.Summary().SettledRounds);

        chain.IsShut = false;
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        var summary = exchange.Summary();
        Assert.Equal((3, 3, 3), (summary.Periods, summary.Trades, summary.SettledRounds));
        Assert.Equal(new Price(200_000), summary.PriceMean); // halfway between 250 000 and 150 000
        // Three times 100 Wh at 200 000 µEUR/kWh are 60 000 µEUR, out of 100 euros each.
        Assert.Equal(new Money(99_940_000), summary.Balances[buyer.Member]);
        Assert.Equal(new Money(100_060_000), summary.Balances[seller.Member]);
        Assert.Equal(3, (await community.Contract.SettledEventsAsync(0, _cancellation)).Length);
    }

    [Fact]
    public async Task A_settlement_whose_answer_was_lost_is_found_after_a_restart_and_not_sent_again()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var chain = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        var options = community.Options with { Rpc = chain.Address, Rounds = 1 };
        await using (var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))
        {
            chain.ShutsAfterTransaction = true;
            for (var home = 0; home < 2; home++)
            {
                await using var node = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
                await node.UntilOpenAsync(TestCommunity.First, _cancellation);
                Assert.True((await node.AskAsync(community.Bid(home, TestCommunity.First), _cancellation)).Accepted);
            }

            await community.Progress.NextAsync<SettlementDelayed>(_cancellation);
            Assert.Equal(0, exchange.Summary().SettledRounds);
        }

        Assert.Equal(TestCommunity.First, await community.Contract.LastPeriodAsync(_cancellation)); // the chain had it all along
        (chain.ShutsAfterTransaction, chain.IsShut) = (false, false);
        await using var again = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await again.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        var summary = again.Summary();
        Assert.Equal((1, 1, 1), (summary.Periods, summary.Trades, summary.SettledRounds));
        var settled = Assert.Single(await community.Contract.SettledEventsAsync(0, _cancellation));
        using var http = new HttpClient { BaseAddress = new Uri(again.ViewerAddress) };
        Assert.Contains(settled.TransactionHash.ToString(), await http.GetStringAsync("/api/rounds", _cancellation), StringComparison.Ordinal);
        Assert.Equal(new Money(99_980_000), summary.Balances[community.Keys[0].Address.ToMember()]); // 20 000 µEUR paid, once
    }

    [Fact]
    public async Task A_node_that_is_not_there_at_the_start_is_named()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        using var closed = new ClosedPort();
        var nobody = new Uri($"http://127.0.0.1:{closed.Number}");
        var failure = await Assert.ThrowsAsync<ExchangeStartException>(
            () => ExchangeHost.StartAsync(community.Options with { Rpc = nobody }, TimeProvider.System, _cancellation));
        Assert.Contains(nobody.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("Is it running?", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_that_is_not_there_is_named()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var elsewhere = community.Keys[0].Address;
        var failure = await Assert.ThrowsAsync<ExchangeStartException>(
            () => ExchangeHost.StartAsync(community.Options with { Contract = elsewhere }, TimeProvider.System, _cancellation));
        Assert.Contains($"No contract lives at {elsewhere}", failure.Message, StringComparison.Ordinal);
    }
}

/// <summary>A door before the chain's JSON-RPC that can be shut: then every request fails.</summary>
internal sealed class ChainDoor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private ChainDoor(WebApplication app) => _app = app;

    public bool IsShut { get; set; }

    /// <summary>The next transaction reaches the chain; its answer does not come back, and the door is shut after it.</summary>
    public bool ShutsAfterTransaction { get; set; }

    /// <summary>Asked for each request before it passes and once more (true) when its answer is there: whether it ends here.</summary>
    public Func<string, bool, bool> Stops { get; set; } = (_, _) => false;

    public Uri Address => new(_app.Urls.First());

    public static async Task<ChainDoor> OpenAsync(Uri chain, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var door = new ChainDoor(app);
        app.MapPost("/", context => door.PassAsync(context, chain));
        await app.StartAsync(cancellation);
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context, Uri chain)
    {
        if (IsShut)
        {
            context.Abort();
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var request = await reader.ReadToEndAsync(context.RequestAborted);
        if (Stops(request, false))
        {
            context.Abort();
            return;
        }

        using var body = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(chain, body, context.RequestAborted);
        if (Stops(request, true))
        {
            context.Abort();
            return;
        }

        if (ShutsAfterTransaction && request.Contains("eth_sendRawTransaction", StringComparison.Ordinal))
        {
            IsShut = true;
            context.Abort();
            return;
        }

        context.Response.ContentType = "application/json";
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
