using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>Ties the exchange to its broker: who handles which topic, and what nodes find there from the start.</summary>
public sealed class ExchangeLink(
    ExchangeOptions options, MarketDescription market, MqttLink link, Topics topics, BidIntake bids, ReservationIntake reservations, MandateIntake mandates, PlanDesk plans, BalanceDesk balance, SuggestionDesk suggestions, MeterDesk meters, DisputeDesk disputes,
    MemberDirectory members, AwaitedReadings awaited, MessageRate rate, RoundHistory history, ExchangeJournal journal, MarketPublisher publisher, LiveFeed live)
{
    private static readonly TimeSpan FirstConnection = TimeSpan.FromSeconds(15);

    /// <exception cref="ExchangeStartException">The broker refuses, or cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await link.SubscribeAsync(topics.AllBids, bids.TakeAsync, cancellation);
        await link.SubscribeAsync(FlexibilityTopics.OfEverybody(topics).Promises, reservations.TakePromiseAsync, cancellation);
        await link.SubscribeAsync(FlexibilityTopics.OfEverybody(topics).Orders, reservations.TakeOrderAsync, cancellation);
        await link.SubscribeAsync(topics.AllMandates, mandates.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllPlans, plans.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllRunning, balance.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllSuggestions, suggestions.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllMeters, meters.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllDisputes, disputes.TakeAsync, cancellation);
        await link.SubscribeAsync(topics.AllStatuses, TakeStatusAsync, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(FirstConnection);
        try
        {
            await link.StartAsync(patience.Token);
        }
        catch (MqttLinkException refused)
        {
            throw new ExchangeStartException($"{refused.Message} Check Exchange:Broker.", refused);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ExchangeStartException($"The MQTT broker at {options.Broker.External} does not answer. Is it running? Check Exchange:Broker:Address.");
        }

        publisher.SendRetained(topics.Market, WireFormat.Write(market));
        if (history.LastCleared is { } last && history.Find(last) is { } past)
        {
            publisher.SendRetained(topics.RoundResult, WireFormat.Write(past.Round.Result()));
            if (journal.LastDeviations() is { } deviations)
            {
                DeviationDesk.Publish(deviations.Result, publisher, topics);
            }
        }
    }

    private Task TakeStatusAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (topics.TryParseStatus(message.Topic, out var sender) && rate.TryTake(sender)
            && WireFormat.TryReadStatus(message.Payload.Span, out var status, out _) && status.Member == sender
            && members.TrySetOnline(sender, status.Online))
        {
            awaited.NodesChanged();
            live.Changed(LivePart.Members);
        }

        return Task.CompletedTask;
    }
}
