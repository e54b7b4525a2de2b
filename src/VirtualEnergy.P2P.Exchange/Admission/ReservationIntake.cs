using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// Hears what homes promise to balancing service providers, and what these release, and answers on <see cref="FlexibilityTopics.Kept"/>. It has rates of its own: whoever floods these topics
/// takes nothing from a member's bids.
/// </summary>
public sealed class ReservationIntake(Topics topics, ReservationDesk desk, MemberDirectory members, MarketPublisher publisher, TimeProvider time, ILogger<ReservationIntake> logger)
{
    /// <summary>A home has an order now and then.</summary>
    private const int PerSecond = 20;

    private readonly MessageRate _promises = new(members, PerSecond, time);
    private readonly MessageRate _orders = new(members, PerSecond, time);

    /// <summary>The handler of promises. Done when the answer is durable: only then is the message acknowledged.</summary>
    public async Task TakePromiseAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!message.Retain && FlexibilityTopics.TryParseParties(topics, message.Topic, out var bsp, out var member) && _promises.TryTake(member))
        {
            await AnswerAsync(bsp, member, message.Payload);
        }
    }

    /// <summary>The handler of orders, of which only releases are of interest.</summary>
    public async Task TakeOrderAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!message.Retain && FlexibilityTopics.TryParseParties(topics, message.Topic, out var bsp, out var member) && _orders.TryTake(member)
            && WireFormat.TryReadFlexibilityOrder(message.Payload.Span, out var order, out _) && order.Content.Kind == FlexibilityOrderKind.Release)
        {
            await AnswerAsync(bsp, member, WireFormat.Write(new ReservationEvidence(order, [], [])));
        }
    }

    private async Task AnswerAsync(MemberId bsp, MemberId member, ReadOnlyMemory<byte> payload)
    {
        try
        {
            publisher.Send(topics.Flexibility(bsp).Kept(member), WireFormat.Write(await desk.AnswerAsync(payload) with { Member = member, Bsp = bsp }));
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "A promise of {Member} was not taken: it cannot be made durable.", member);
        }
    }
}
