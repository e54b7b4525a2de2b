using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Benchmarks.Gateway;

/// <summary>Milliseconds from when all homes of a community are called to the last home's signed answer, checked.</summary>
internal sealed record HomeCallResult(int Homes, int Rounds, double Shortest, double Median, double Longest);

/// <summary>Calls of all homes at once over MQTT. Homes are played: each checks nothing and signs its answer, in the same process.</summary>
internal static class HomeCallRun
{
    private static readonly FlexibilityTopics Between = new Topics("village").Flexibility(Provider);

    public static async Task<HomeCallResult> RunAsync(int homes, int rounds, CancellationToken stop)
    {
        var places = Enumerable.Range(0, homes).ToDictionary(Member);
        await using var broker = new EmbeddedBroker(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "bench", MaxPendingMessagesPerClient = 4 * homes + 1_000 }, NullLogger.Instance);
        await broker.StartAsync();
        await using var played = new MqttLink(
            new MqttLinkOptions { Broker = broker.Address, ClientId = "homes", User = "exchange", Password = "bench", MaxWaitingPublications = 4 * homes + 1_000 }, TimeProvider.System, NullLogger.Instance);
        await played.SubscribeAsync(Between.Orders(new MemberId("+")), (message, cancellation) =>
        {
            _ = Task.Run(() => AnswerAsync(played, places, message), cancellation);
            return Task.CompletedTask;
        }, stop);
        await played.StartAsync(stop);

        // Promised for an hour from the next period on, and called in its first.
        var clock = new ManualTime(Ten.AddMinutes(1));
        var customer = new CustomerOptions
        {
            Id = "village", Homes = [.. Enumerable.Range(0, homes).Select(Home)],
            Community = new CommunityOptions { Name = "village", Broker = broker.Address, Domain = Domain, Key = ProviderKey, HoldingPeriods = 4, Spans = 2 },
        };
        var board = new HomeBoard([.. customer.Homes.Select(home => new HomeDescription(home, customer.Id, 0))]);
        await using var link = new CommunityLink(customer, board, 0, PeriodGrid.QuarterHour, null, clock, TimeProvider.System, NullLogger<CommunityLink>.Instance);
        link.Start();
        await UntilAsync(() => link.IsUp, stop);
        await Task.WhenAll(Enumerable.Range(0, homes).Select(home => Task.Run(() => OfferAsync(played, home), stop)));
        await UntilAsync(() => Enumerable.Range(0, homes).All(home => board.Outlook(home)?.Headroom is not null), stop);
        ImmutableArray<Bsp.Reservations.ReservedEnergy> sold = [.. Enumerable.Range(0, homes).SelectMany(home => Sold(home, 1_600, 1, 2, 3, 4))];
        await UntilAsync(() =>
        {
            link.Promise(sold, (_, _) => new Price(300_000), clock.Now);
            return link.Members.All(home => home.Orders.Any(order => order.State == HomeOrderState.Accepted));
        }, stop);
        clock.Now = Ten.AddMinutes(16);
        link.Refresh(clock.Now);

        var times = new Samples();
        for (var round = 0; round < rounds; round++)
        {
            var watts = round % 2 == 0 ? -1_000 : -500;
            var began = Stopwatch.GetTimestamp();
            for (var home = 0; home < homes; home++)
            {
                link.Ask(home, watts);
            }

            await UntilAsync(() => link.OpenSetPoints == 0, stop);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Console.Error.WriteLine($"call {round + 1}: {times.Percentile(100):0} ms at most so far");
        }

        return new HomeCallResult(homes, rounds, times.Percentile(0), times.Median, times.Percentile(100));
    }

    private static async Task OfferAsync(MqttLink played, int home)
    {
        var (program, headroom) = (Program(home, 7, 0, 0, 0, 0, 0, 0), Headroom(home, 7));
        await played.PublishAsync(Between.Programs(program.Member), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(Signing.Hash(program), HomeKey(home)))));
        await played.PublishAsync(Between.Headroom(headroom.Member), WireFormat.Write(new Signed<HomeHeadroomOffer>(headroom, FlexibilitySigning.Sign(Signing.Hash(headroom), HomeKey(home)))));
    }

    private static async Task AnswerAsync(MqttLink played, Dictionary<MemberId, int> places, MqttMessage message)
    {
        if (WireFormat.TryReadFlexibilityOrder(message.Payload.Span, out var order, out string? _) && places.TryGetValue(order.Content.Member, out var home))
        {
            var reply = Yes(order.Content);
            await played.PublishAsync(Between.Replies(reply.Member), WireFormat.Write(new Signed<FlexibilityReply>(reply, FlexibilitySigning.Sign(Signing.Hash(reply), HomeKey(home)))));
        }
    }

    private static async Task UntilAsync(Func<bool> isSo, CancellationToken stop)
    {
        while (!isSo())
        {
            await Task.Delay(2, stop);
        }
    }

    private sealed class ManualTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
