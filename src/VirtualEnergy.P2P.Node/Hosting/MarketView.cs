using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>A market as its retained messages show it.</summary>
/// <param name="Open">The round whose gate was announced last.</param>
/// <param name="Last">The last result.</param>
/// <param name="Nodes">Every node that has told its status, by address.</param>
/// <param name="Funds">What the exchange says of one member's money; null where nobody was asked about, or she has plenty and no mandate.</param>
public sealed record MarketView(MarketDescription Market, RoundAnnouncement? Open, RoundResult? Last, IReadOnlyList<NodeStatus> Nodes, FundsNotice? Funds = null)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <exception cref="UserErrorException">No broker, or no market on it, in time.</exception>
    public static async Task<MarketView> ReadAsync(
        BrokerAddress broker, string? community, TimeSpan wait, TimeProvider time, CancellationToken cancellation, MemberId? member = null)
    {
        using var limit = new CancellationTokenSource(wait, time);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var asker = $"ve-status-{time.GetTimestamp():x}";
            var topics = new Topics(community ?? await MarketDiscovery.FindCommunityAsync(broker, new MemberId(asker), time, NullLogger.Instance, timeout.Token).ConfigureAwait(false));
            return await ReadAsync(broker, asker, topics, member, time, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{broker} showed no market within {wait.TotalSeconds:0} s; are the broker and the exchange running, and is the address right?");
        }
        catch (MqttLinkException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }

    private static async Task<MarketView> ReadAsync(BrokerAddress broker, string asker, Topics topics, MemberId? member, TimeProvider time, CancellationToken cancellation)
    {
        var market = new TaskCompletionSource<MarketDescription>(TaskCreationOptions.RunContinuationsAsynchronously);
        RoundAnnouncement? open = null;
        RoundResult? last = null;
        FundsNotice? funds = null;
        var nodes = new SortedDictionary<MemberId, NodeStatus>();

        // Only looks: a name of its own each time, and nothing kept for it.
        var options = new MqttLinkOptions { Broker = broker, ClientId = asker, SessionExpiry = TimeSpan.Zero };
        await using var link = new MqttLink(options, time, NullLogger.Instance);
        Task Read(Action read)
        {
            lock (nodes)
            {
                read();
            }

            return Task.CompletedTask;
        }

        await link.SubscribeAsync(topics.AllStatuses, (message, _) => Read(() =>
        {
            if (WireFormat.TryReadStatus(message.Payload.Span, out var status, out var _))
            {
                nodes[status.Member] = status;
            }
        }), cancellation).ConfigureAwait(false);
        if (member is { } asked)
        {
            await link.SubscribeAsync(topics.Funds(asked), (message, _) => Read(() => WireFormat.TryReadFundsNotice(message.Payload.Span, out funds, out var _)), cancellation).ConfigureAwait(false);
        }

        await link.SubscribeAsync(topics.RoundOpen, (message, _) => Read(() => WireFormat.TryReadAnnouncement(message.Payload.Span, out open, out var _)), cancellation).ConfigureAwait(false);
        await link.SubscribeAsync(topics.RoundResult, (message, _) => Read(() => WireFormat.TryReadResult(message.Payload.Span, out last, out var _)), cancellation).ConfigureAwait(false);
        await link.StartAsync(cancellation).ConfigureAwait(false);

        // The link is subscribed to all the rest by now, and a broker sends what it keeps in the order of subscriptions: when the market is here, so is everything else.
        await link.SubscribeAsync(topics.Market, (message, _) => Read(() =>
        {
            if (WireFormat.TryReadMarket(message.Payload.Span, out var description, out var _))
            {
                market.TrySetResult(description);
            }
        }), cancellation).ConfigureAwait(false);
        var view = View(await market.Task.WaitAsync(cancellation).ConfigureAwait(false));
        if (view.Open is null && view.Last is null)
        {
            // A market without a round: the exchange is just starting, or telling a broker that had lost everything, in whatever order.
            await Task.Delay(Quiet, time, cancellation).ConfigureAwait(false);
            view = View(view.Market);
        }

        return view;

        MarketView View(MarketDescription description)
        {
            lock (nodes)
            {
                return new MarketView(description, open, last, [.. nodes.Values], funds);
            }
        }
    }
}
