using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// Takes bids from the broker and sends receipts back.
/// A sender over her rate is not answered: an answer to each message of a flood would double it.
/// </summary>
public sealed class BidIntake : BackgroundService
{
    private static readonly string InsufficientFunds = RejectionReason.InsufficientFunds.Code();
    private static readonly string OverMandate = RejectionReason.OverMandate.Code();

    private readonly Topics _topics;
    private readonly MessageRate _rate;
    private readonly MarketPublisher _publisher;
    private readonly FundsWatch _watch;
    private readonly LiveFeed _live;
    private readonly ILogger<BidIntake> _logger;
    private readonly AdmissionQueue _queue;

    public BidIntake(Topics topics, AdmissionDesk desk, MessageRate rate, MarketPublisher publisher, FundsWatch watch, LiveFeed live, ILogger<BidIntake> logger)
    {
        (_topics, _rate, _publisher, _watch, _live, _logger) = (topics, rate, publisher, watch, live, logger);
        _queue = new AdmissionQueue(desk, Send, logger);
    }

    /// <summary>The handler of <see cref="Topics.AllBids"/>. Waits while too much waits already; then the broker holds back.</summary>
    public async Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !_topics.TryParseBids(message.Topic, out var sender))
        {
            return;
        }

        if (!_rate.TryTake(sender))
        {
            _logger.LogDebug("A message of {Member} was dropped: too many.", sender);
            return;
        }

        await _queue.AddAsync(new IncomingBid(sender, message.Payload), cancellation);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _queue.RunAsync(stoppingToken);

    private void Send(IncomingBid bid, BidReceipt receipt)
    {
        if (!receipt.Accepted)
        {
            _logger.LogInformation(
                "Bid {Number} of {Member} for period {Period} refused: {Reason}. {Detail}",
                receipt.Number, receipt.Member, receipt.Period.Index, receipt.Reason, receipt.Detail);
        }

        _publisher.Send(_topics.Receipts(bid.Sender), WireFormat.Write(receipt));
        if (receipt.Reason == InsufficientFunds || receipt.Reason == OverMandate)
        {
            _watch.Tell(bid.Sender); // after the receipt: her node then knows what it can bid
        }

        _live.Changed(LivePart.Now);
        _live.Changed(LivePart.Book);
    }
}
