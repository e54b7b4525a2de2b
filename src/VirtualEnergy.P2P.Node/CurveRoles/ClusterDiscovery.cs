using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>Finds what a role was not told: the community of the broker, and the cluster's one auctioneer.</summary>
internal static class ClusterDiscovery
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for a broker to have sent all that it keeps.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    public static async Task<string> CommunityAsync(BrokerAddress broker, MemberId asker, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await MarketDiscovery.FindCommunityAsync(broker, asker, time, logger, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{broker} showed no market within {Patience.TotalSeconds:0} s; is it running? Without an exchange on it, name the --community.");
        }
    }

    public static async Task<MemberId> AuctioneerAsync(RoleLink role, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var found = new ConcurrentDictionary<MemberId, byte>();
        var options = new MqttLinkOptions { Broker = role.Broker, ClientId = $"{role.Member}-curve-discovery", Password = role.Password, User = role.Password is null ? null : role.Member.Value, SessionExpiry = TimeSpan.Zero };
        await using var link = new MqttLink(options, time, logger);
        await link.SubscribeAsync(
            new Topics(role.Community).AllCurveMarkets,
            (message, _) =>
            {
                if (WireFormat.TryReadCurveMarket(message.Payload.Span, out var market, out string? _) && market.IsAuctioneer)
                {
                    found[market.Matcher] = 0;
                }

                return Task.CompletedTask;
            },
            cancellation).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await link.StartAsync(patience.Token).ConfigureAwait(false);
            while (found.IsEmpty)
            {
                await Task.Delay(Quiet, time, patience.Token).ConfigureAwait(false);
            }

            await Task.Delay(Quiet, time, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{role.Broker} showed no auctioneer of {role.Community} within {Patience.TotalSeconds:0} s; start one (ve curve auctioneer), or name the --parent.");
        }

        return found.Count == 1
            ? found.Keys.Single()
            : throw new UserErrorException($"{role.Community} has more than one auctioneer; choose a --parent of {string.Join(", ", found.Keys.Order())}.");
    }
}
