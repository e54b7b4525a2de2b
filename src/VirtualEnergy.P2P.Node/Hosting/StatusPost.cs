using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Watching;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Says that the node is there, and what it has found of the rounds that it audits.</summary>
/// <param name="member">Whose node it is.</param>
/// <param name="topic">Where its status is kept.</param>
/// <param name="homeName">What the home is called.</param>
internal sealed class StatusPost(MemberId member, string topic, string homeName)
{
    private static readonly string? Version = typeof(StatusPost).Assembly.GetName().Version?.ToString(3);

    private NodeAudit? _audit;

    public MqttMessage Of(bool online) => new(
        topic, WireFormat.Write(new NodeStatus(member, online, homeName, Version) { Audit = online ? _audit : null }), Retain: true);

    /// <summary>Tells what the watch has found. Nobody acts on a status, so one that is lost is made good by the next.</summary>
    public void Tell(WatchNews news, MqttLink link, ILogger logger)
    {
        if (news.Step is not (WatchStep.Good or WatchStep.GoodMetering or WatchStep.Different))
        {
            return;
        }

        var last = _audit is { } before && before.Period > news.Period ? before.Period : news.Period;
        _audit = new NodeAudit(last, _audit?.Difference ?? news.Finding?.Code);
        _ = TellAsync(Of(online: true));

        async Task TellAsync(MqttMessage status)
        {
            try
            {
                await link.PublishAsync(status.Topic, status.Payload, status.Retain, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is MqttLinkException or ObjectDisposedException or OperationCanceledException)
            {
                logger.LogDebug("The audit's state was not told: {Why}", failure.Message);
            }
        }
    }
}
