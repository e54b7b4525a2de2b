using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A home's promise to a balancing service provider, on a running exchange with a real chain and broker.</summary>
public sealed class ReservedElsewhereTests
{
    private static readonly EthereumKey Bsp = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)0x77, EthereumKey.Size)]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_home_promised_is_refused_in_the_auction_until_it_is_released_also_after_a_restart()
    {
        await using var community = await TestCommunity.StartAsync(2, Cancellation);
        var (home, period) = (community.Keys[0].Address.ToMember(), TestCommunity.First);
        var promise = Promise(community, period);
        await using (var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, Cancellation))
        {
            await using var node = await TestNode.ConnectAsync(exchange.Broker, "test", home, Cancellation);
            await node.UntilOpenAsync(period, Cancellation);
            var (provider, answers) = await ListenAsync(exchange);
            await using var link = new MqttLink(new MqttLinkOptions { Broker = exchange.Broker, ClientId = "home", User = home.Value }, TimeProvider.System, NullLogger.Instance);
            await link.StartAsync(Cancellation);
            await using (provider)
            {
                var topics = new Topics("test").Flexibility(Bsp.Address.ToMember());

                // What stands is 100 Wh, and the program 80: first come, first served.
                Assert.Null((await node.AskAsync(community.Sign(0, BidOf(home, period, 1, 100)), Cancellation)).Reason);
                await link.PublishAsync(topics.Promises(home), WireFormat.Write(promise), cancellation: Cancellation);
                Assert.Equal("bid-stands", (await NextAsync(answers)).Reason);
                Assert.Null((await node.AskAsync(community.Sign(0, BidOf(home, period, 2, 80)), Cancellation)).Reason);
                await link.PublishAsync(topics.Promises(home), WireFormat.Write(promise), cancellation: Cancellation);
                Assert.True((await NextAsync(answers)).Accepted);
                Assert.Equal("reserved-elsewhere", (await node.AskAsync(community.Sign(0, BidOf(home, period, 3, 81)), Cancellation)).Reason);
            }
        }

        await using var again = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, Cancellation);
        await using var after = await TestNode.ConnectAsync(again.Broker, "test", home, Cancellation);
        await after.UntilOpenAsync(period, Cancellation);
        Assert.Equal("reserved-elsewhere", (await after.AskAsync(community.Sign(0, BidOf(home, period, 4, 81)), Cancellation)).Reason);

        // Anybody sees by what the exchange goes, word for word.
        using var http = new HttpClient { BaseAddress = new Uri(again.ViewerAddress) };
        var kept = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri($"/api/reservations/{period.Index}", UriKind.Relative), Cancellation));
        Assert.True(WireFormat.TryReadReservationEvidence(JsonSerializer.SerializeToUtf8Bytes(kept[0].GetProperty("evidence")), out var read, out var error), error);
        Assert.Equal(promise, read);

        var order = promise.Order.Content with { Number = 2, Kind = FlexibilityOrderKind.Release, ChangeWatts = 0 };
        var signing = new FlexibilitySigning(community.Domain);
        using var content = new ByteArrayContent(WireFormat.Write(new ReservationEvidence(new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(signing.Hash(order), Bsp)), [], [])));
        using var released = await http.PostAsync(new Uri("/api/reservations", UriKind.Relative), content, Cancellation);
        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        Assert.Null((await after.AskAsync(community.Sign(0, BidOf(home, period, 5, 100)), Cancellation)).Reason);
        using var repeated = new ByteArrayContent(WireFormat.Write(promise));
        using var replayed = await http.PostAsync(new Uri("/api/reservations", UriKind.Relative), repeated, Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, replayed.StatusCode);
    }

    private static Bid BidOf(MemberId member, Period period, long number, long energy) => new(member, period, number, [new Step(new Price(250_000), new Energy(energy))], []);

    private static ReservationEvidence Promise(TestCommunity community, Period period)
    {
        var order = new FlexibilityOrder(
            Bsp.Address.ToMember(), community.Keys[0].Address.ToMember(), 1, 12, FlexibilityOrderKind.Reserve, 7, period, 1, -300, new Price(240_000));
        ImmutableArray<Energy> program = [new Energy(80)];
        var signing = new FlexibilitySigning(community.Domain);
        return new ReservationEvidence(
            new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(signing.Hash(order), Bsp)), program, FlexibilitySigning.Sign(signing.Hash(order, program), community.Keys[0]));
    }

    /// <summary>The provider's line: its user name is its address, so that it hears what the exchange answers.</summary>
    private static async Task<(MqttLink Link, ChannelReader<ReservationAnswer> Answers)> ListenAsync(ExchangeHost exchange)
    {
        var bsp = Bsp.Address.ToMember();
        var answers = Channel.CreateUnbounded<ReservationAnswer>();
        var link = new MqttLink(new MqttLinkOptions { Broker = exchange.Broker, ClientId = "bsp", User = bsp.Value }, TimeProvider.System, NullLogger.Instance);
        await link.SubscribeAsync(
            new Topics("test").Flexibility(bsp).AllKept,
            (message, _) => WireFormat.TryReadReservationAnswer(message.Payload.Span, out var answer, out var error) ? answers.Writer.WriteAsync(answer, Cancellation).AsTask() : throw new InvalidDataException(error),
            Cancellation);
        await link.StartAsync(Cancellation);
        return (link, answers.Reader);
    }

    private static Task<ReservationAnswer> NextAsync(ChannelReader<ReservationAnswer> answers) => answers.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation);
}
