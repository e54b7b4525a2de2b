using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Tells the exchange what a home plans, and hands what it answers, the prices at which the plans of all meet, to what the home expects.</summary>
/// <remarks>Not safe for concurrent use; the node's handlers run one at a time.</remarks>
internal sealed class PlanPost(MemberId member, string topic, MqttLink link, ILogger logger)
{
    private PriceOutlook? _outlook;

    /// <summary>The period of the last plan that was told; null where none was.</summary>
    public Period? Told { get; private set; }

    /// <summary>A broker sends what it keeps in any order: the outlook may have come before the market.</summary>
    public void Join(JoinedMarket market)
    {
        if (_outlook is { } outlook)
        {
            market.Agent.Told(outlook);
        }
    }

    /// <summary>The handler of <see cref="Topics.Outlook"/>.</summary>
    public Task TakeOutlook(MqttMessage message, JoinedMarket? market)
    {
        if (WireFormat.TryReadOutlook(message.Payload.Span, out var outlook, out var error))
        {
            _outlook = outlook;
            market?.Agent.Told(outlook);
        }
        else
        {
            logger.LogWarning("The outlook on prices cannot be used: {Error}", error);
        }

        return Task.CompletedTask;
    }

    /// <summary>To be called before the bid is sent, so that every plan is there when the last bid closes a gate. One that is lost is made good by the next.</summary>
    public async Task TellAsync(JoinedMarket market, Period period, CancellationToken cancellation)
    {
        try
        {
            var plan = new MemberPlan(member, period, market.Agent.ComingFrom(period));
            await link.PublishAsync(topic, WireFormat.Write(plan), retain: false, cancellation).ConfigureAwait(false);
            Told = period;
        }
        catch (MqttLinkException failure)
        {
            logger.LogDebug("The home's plan was not told: {Why}", failure.Message);
        }
    }
}
