using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Mandates and warnings on a running exchange with a real chain and broker.</summary>
public sealed class MandateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mandate_from_a_browser_is_enforced_also_after_a_restart()
    {
        await using var community = await TestCommunity.StartAsync(2, Cancellation);
        var member = community.Keys[0].Address.ToMember();

        // Home 0 bids 100 Wh at 250,000 µEUR/kWh: at worst 25,000 µEUR.
        var mandate = new Mandate(member, 1, 24_999);
        await using (var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, Cancellation))
        {
            using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
            Assert.Equal(HttpStatusCode.OK, await PostAsync(http, community, mandate));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(http, community, mandate with { MostPerDay = 1 })); // its number is used
            var funds = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri($"/api/members/{member}/funds", UriKind.Relative), Cancellation));
            Assert.Equal(24_999, funds.GetProperty("mandate").GetProperty("mostMicroEurPerDay").GetInt64());
            Assert.Equal("over-mandate", await AskAsync(community, exchange, number: 1));
        }

        await using var again = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, Cancellation);
        Assert.Equal("over-mandate", await AskAsync(community, again, number: 2));
        using var client = new HttpClient { BaseAddress = new Uri(again.ViewerAddress) };
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, community, mandate with { Number = 2, MostPerDay = 25_000 }));
        Assert.Null(await AskAsync(community, again, number: 3));
    }

    [Fact]
    public async Task Ve_gives_a_mandate_and_sees_it_in_force()
    {
        await using var community = await TestCommunity.StartAsync(2, Cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, Cancellation);
        var environment = new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(community.Keys[0].ToBytes()) };
        await using var give = DemoProcess.Ve(environment, "funds", "mandate", "--most", "3.00", "--broker", exchange.Broker.ToString(), "--json");
        Assert.True(await give.ExitAsync() == 0, string.Join('\n', give.Errors));
        Assert.Equal(3_000_000, JsonSerializer.Deserialize<JsonElement>(Assert.Single(give.Output)).GetProperty("mostMicroEurPerDay").GetInt64());

        await using var status = DemoProcess.Ve(environment, "status", "--broker", exchange.Broker.ToString(), "--member", community.Keys[0].Address.ToString(), "--json");
        Assert.Equal(0, await status.ExitAsync());
        var funds = JsonSerializer.Deserialize<JsonElement>(status.Output[^1]).GetProperty("funds");
        Assert.Equal(3_000_000, funds.GetProperty("mostMicroEurPerDay").GetInt64());
        Assert.Equal(100_000_000, funds.GetProperty("availableMicroEur").GetInt64());

        await using var other = DemoProcess.Ve(environment, "funds", "mandate", "--most", "3.00", "--broker", exchange.Broker.ToString(), "--contract", community.Keys[1].Address.ToString());
        Assert.Equal(2, await other.ExitAsync());
        Assert.Contains("nothing was signed", Assert.Single(other.Errors), StringComparison.Ordinal);
    }

    /// <summary>A home that spends 10 EUR a period of its 100 is warned over the broker rounds before its first bid is refused.</summary>
    [Fact]
    public async Task The_warning_comes_before_the_first_bid_is_refused()
    {
        await using var community = await TestCommunity.StartAsync(2, Cancellation);
        var options = community.Options with { FundsWarning = new FundsWarningRules(Periods: 3) };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, Cancellation);
        var (buyer, seller) = (community.Keys[0].Address.ToMember(), community.Keys[1].Address.ToMember());
        var notices = Channel.CreateUnbounded<FundsNotice>();
        await using var listener = new MqttLink(new MqttLinkOptions { Broker = exchange.Broker, ClientId = "listener" }, TimeProvider.System, NullLogger.Instance);
        await listener.SubscribeAsync(
            new Topics("test").Funds(buyer),
            (message, _) => WireFormat.TryReadFundsNotice(message.Payload.Span, out var notice, out var error) ? notices.Writer.WriteAsync(notice, Cancellation).AsTask() : throw new InvalidDataException(error),
            Cancellation);
        await listener.StartAsync(Cancellation);
        await using var first = await TestNode.ConnectAsync(exchange.Broker, "test", buyer, Cancellation);
        await using var second = await TestNode.ConnectAsync(exchange.Broker, "test", seller, Cancellation);

        // 2,500 Wh, what 10 kW carry in a quarter of an hour, at 4.00 EUR/kWh.
        Step step = new(new Price(4_000_000), new Energy(2_500));
        var period = TestCommunity.First;
        while (true)
        {
            await first.UntilOpenAsync(period, Cancellation);
            var receipt = await first.AskAsync(community.Sign(0, new Bid(buyer, period, 1, [step], [])), Cancellation);
            if (!receipt.Accepted)
            {
                Assert.Equal("insufficient-funds", receipt.Reason);
                break;
            }

            Assert.True((await second.AskAsync(community.Sign(1, new Bid(seller, period, 1, [], [step])), Cancellation)).Accepted);
            period = period.Next;
        }

        // Ten rounds at 10 EUR; after the seventh 30 EUR are left, three periods' worth, after the eighth fewer than that.
        Assert.Equal(TestCommunity.First.Index + 10, period.Index);
        var warning = await notices.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation);
        while (warning.Outlook.Level == FundsLevel.Fine)
        {
            warning = await notices.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation);
        }

        Assert.Equal((FundsLevel.Low, new Period(TestCommunity.First.Index + 8), 2L), (warning.Outlook.Level, warning.Period, warning.Outlook.LastsPeriods));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, TestCommunity community, Mandate mandate)
    {
        var message = new MandateMessage(mandate, new MandateSigning(community.Domain).Sign(mandate, community.Keys[0]));
        using var content = new ByteArrayContent(WireFormat.Write(message));
        using var answer = await http.PostAsync(new Uri($"/api/members/{mandate.Member}/mandate", UriKind.Relative), content, Cancellation);
        Assert.True(WireFormat.TryReadMandateReceipt(await answer.Content.ReadAsByteArrayAsync(Cancellation), out var receipt, out _));
        Assert.Equal(answer.IsSuccessStatusCode, receipt.Accepted);
        return answer.StatusCode;
    }

    /// <summary>The reason for which home 0's bid is refused; null where it is not.</summary>
    private static async Task<string?> AskAsync(TestCommunity community, ExchangeHost exchange, long number)
    {
        await using var node = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[0].Address.ToMember(), Cancellation);
        await node.UntilOpenAsync(TestCommunity.First, Cancellation);
        return (await node.AskAsync(community.Bid(0, TestCommunity.First, number), Cancellation)).Reason;
    }
}
