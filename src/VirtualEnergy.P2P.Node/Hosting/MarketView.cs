using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>A market as its retained messages show it.</summary>
/// <param name="Open">The round whose gate was announced last.</param>
/// <param name="Last">The last result.</param>
/// <param name="Nodes">Every node that has told its status, by address.</param>
public sealed record MarketView(MarketDescription Market, RoundAnnouncement? Open, RoundResult? Last, IReadOnlyList<NodeStatus> Nodes)
{
    /// <summary>Long enough for a broker to have sent what it keeps after a subscription.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <returns>Null when the broker keeps no market's description.</returns>
    /// <exception cref="UserErrorException">No connection to the broker in time.</exception>
    public static async Task<MarketView?> ReadAsync(
        BrokerAddress broker, string? community, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var limit = new CancellationTokenSource(wait, time);
        using var registration = limit.Token.Register(timeout.Cancel);

        MarketDescription? market = null;
        RoundAnnouncement? open = null;
        RoundResult? last = null;
        var nodes = new SortedDictionary<MemberId, NodeStatus>();
        var root = community is null ? "vep/1/+" : new Topics(community).Root;

        // Only looks: a name of its own each time, and nothing kept for it.
        var options = new MqttLinkOptions { Broker = broker, ClientId = $"ve-status-{time.GetTimestamp():x}", SessionExpiry = TimeSpan.Zero };
        await using var link = new MqttLink(options, time, NullLogger.Instance);
        Task Read(Action read)
        {
            read();
            return Task.CompletedTask;
        }

        await link.SubscribeAsync($"{root}/nodes/+/status", (message, _) => Read(() =>
        {
            if (WireFormat.TryReadStatus(message.Payload.Span, out var status, out var _))
            {
                nodes[status.Member] = status;
            }
        }), cancellation).ConfigureAwait(false);
        await link.SubscribeAsync($"{root}/rounds/open", (message, _) => Read(() => WireFormat.TryReadAnnouncement(message.Payload.Span, out open, out var _)), cancellation).ConfigureAwait(false);
        await link.SubscribeAsync($"{root}/rounds/result", (message, _) => Read(() => WireFormat.TryReadResult(message.Payload.Span, out last, out var _)), cancellation).ConfigureAwait(false);
        await link.SubscribeAsync($"{root}/market", (message, _) => Read(() => WireFormat.TryReadMarket(message.Payload.Span, out market, out var _)), cancellation).ConfigureAwait(false);
        try
        {
            await link.StartAsync(timeout.Token).ConfigureAwait(false);
            await Task.Delay(Quiet, time, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{broker} did not answer within {wait.TotalSeconds:0} s; is the broker running, and is the address right?");
        }
        catch (MqttLinkException error)
        {
            throw new UserErrorException(error.Message, error);
        }

        return market is null ? null : new MarketView(market, open, last, [.. nodes.Values]);
    }
}
