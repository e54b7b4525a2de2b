using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>Hears what members plan, and tells all the prices at which the plans would meet.</summary>
public sealed class PlanDesk(Topics topics, MemberDirectory members, MessageRate rate, PlanBook book, ILogger<PlanDesk> logger)
{
    /// <summary>The handler of <see cref="Topics.AllPlans"/>.</summary>
    public Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParsePlans(message.Topic, out var sender) || !rate.TryTake(sender) || members.Find(sender) is not { } member)
        {
            return Task.CompletedTask;
        }

        if (!WireFormat.TryReadPlan(message.Payload.Span, out var plan, out var error))
        {
            logger.LogInformation("A plan of {Member} refused: malformed. {Detail}", sender, error);
        }
        else if (!book.TryTake(plan, member))
        {
            logger.LogInformation("A plan of {Member} refused: another's, not an active member's, or beyond the connection or the market's prices.", sender);
        }

        return Task.CompletedTask;
    }

    /// <summary>A round is over: the outlook from the next period on.</summary>
    /// <returns>What is published; empty where there is none.</returns>
    public (string Topic, byte[] Payload)[] From(Period next) => book.Next(next) is { } outlook ? [(topics.Outlook, WireFormat.Write(outlook))] : [];
}
