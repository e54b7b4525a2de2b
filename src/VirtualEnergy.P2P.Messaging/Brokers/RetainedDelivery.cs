using System.Runtime.CompilerServices;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Brings a new subscriber what is retained under its filter. MQTTnet's server looks it up before the subscription is in
/// force, so that a message published between the two reaches this subscriber neither as retained nor as new: a node would
/// miss the round just opened. Here the subscription comes first.
/// </summary>
/// <remarks>
/// What is published while the retained messages are being queued may be queued before the one that it replaces. So they are
/// looked at again until nothing has changed: the newest is always the last.
/// </remarks>
internal sealed class RetainedDelivery(MqttServer server)
{
    // Who publishes without pause must not keep another's subscription waiting, and its next message puts the order right.
    private const int MostLooks = 8;

    // By the filter that the server hands on, so that a subscription which comes to nothing leaves nothing behind.
    private readonly ConditionalWeakTable<MqttTopicFilter, MqttSessionStatus> _taken = [];

    /// <summary>Takes the delivery over from the server, for a subscription that is about to be made.</summary>
    /// <remarks>Who wants retained messages at a new subscription only gets them from the server, which knows what is new.</remarks>
    public void TakeOver(InterceptingSubscriptionEventArgs subscription)
    {
        var asked = subscription.TopicFilter;
        if (asked.RetainHandling != MqttRetainHandling.SendAtSubscribe)
        {
            return;
        }

        subscription.TopicFilter = new MqttTopicFilter
        {
            Topic = asked.Topic,
            QualityOfServiceLevel = asked.QualityOfServiceLevel,
            NoLocal = asked.NoLocal,
            RetainAsPublished = asked.RetainAsPublished,
            RetainHandling = MqttRetainHandling.DoNotSendOnSubscribe,
        };
        _taken.Add(subscription.TopicFilter, subscription.Session);
    }

    /// <summary>Queues what is retained, for a subscription that is in force.</summary>
    public async Task DeliverAsync(MqttTopicFilter filter)
    {
        if (!_taken.TryGetValue(filter, out var session))
        {
            return;
        }

        var queued = new Dictionary<string, MqttApplicationMessage>();
        var changed = true;
        for (var look = 0; changed && look < MostLooks; look++)
        {
            changed = false;
            var retained = await RetainedAsync(filter.Topic).ConfigureAwait(false);
            foreach (var cleared in queued.Keys.Except(retained.Select(message => message.Topic)).ToList())
            {
                session.TryEnqueueApplicationMessage(new MqttApplicationMessage { Topic = cleared, QualityOfServiceLevel = filter.QualityOfServiceLevel }, out _);
                queued.Remove(cleared);
                changed = true;
            }

            foreach (var message in retained)
            {
                if (!ReferenceEquals(queued.GetValueOrDefault(message.Topic), message))
                {
                    session.TryEnqueueApplicationMessage(AtMost(filter.QualityOfServiceLevel, message), out _);
                    queued[message.Topic] = message;
                    changed = true;
                }
            }
        }
    }

    private async Task<IReadOnlyList<MqttApplicationMessage>> RetainedAsync(string filter)
    {
        if (filter.AsSpan().ContainsAny('+', '#'))
        {
            var all = await server.GetRetainedMessagesAsync().ConfigureAwait(false);
            return [.. all.Where(message => MqttTopicFilterComparer.Compare(message.Topic, filter) == MqttTopicFilterCompareResult.IsMatch)];
        }

        return await server.GetRetainedMessageAsync(filter).ConfigureAwait(false) is { } message ? [message] : [];
    }

    private static MqttApplicationMessage AtMost(MqttQualityOfServiceLevel granted, MqttApplicationMessage message) =>
        message.QualityOfServiceLevel <= granted ? message : new MqttApplicationMessage
        {
            Topic = message.Topic,
            Payload = message.Payload,
            QualityOfServiceLevel = granted,
            Retain = true,
            ContentType = message.ContentType,
            CorrelationData = message.CorrelationData,
            MessageExpiryInterval = message.MessageExpiryInterval,
            PayloadFormatIndicator = message.PayloadFormatIndicator,
            ResponseTopic = message.ResponseTopic,
            UserProperties = message.UserProperties,
        };
}
