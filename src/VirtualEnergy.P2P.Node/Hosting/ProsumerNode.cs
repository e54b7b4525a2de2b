using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// A prosumer's node: hears of a round, bids what its agent says, and when the result comes runs the home by it and sends
/// what the meter reads.
/// </summary>
/// <remarks>
/// It needs a broker's address and a key; everything else about the market it learns from the broker's retained messages.
/// The link runs one handler at a time, so nothing here is locked.
/// </remarks>
public sealed class ProsumerNode : IAsyncDisposable
{
    /// <summary>After a restart the numbers of the open round may be used up; this many are tried before giving up.</summary>
    private const int MostAttempts = 16;

    private readonly HomeDescription _home;
    private readonly SupplierTariff _tariff;
    private readonly EthereumKey _key;
    private readonly MemberId _member;
    private readonly MqttLink _link;
    private readonly ILogger _logger;
    private readonly string? _community;
    private JoinedMarket? _market;
    private Bid? _bid;

    /// <param name="broker">Where the market's broker is.</param>
    /// <param name="community">Its name; null takes the one market that the broker serves.</param>
    /// <param name="key">Signs bids and readings; its address is the member.</param>
    /// <param name="home">What the home consumes, produces and owns.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="time">For time-outs and back-off only; rounds are announced.</param>
    /// <param name="logger">Told what a member would want to know.</param>
    public ProsumerNode(
        BrokerAddress broker, string? community, EthereumKey key, HomeDescription home, SupplierTariff tariff, TimeProvider time, ILogger logger)
    {
        (_community, _key, _home, _tariff, _logger) = (community, key, home, tariff, logger);
        _member = key.Address.ToMember();
        _link = new MqttLink(
            new MqttLinkOptions
            {
                Broker = broker,
                ClientId = _member.Value,
                LastWill = community is null ? null : StatusMessage(new Topics(community), online: false),
                JitterSeed = _member.GetHashCode(),
            },
            time,
            logger);
    }

    public MemberId Member => _member;

    /// <summary>Connects and takes part until disposed. Returns once the broker is reached.</summary>
    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _link.SubscribeAsync(_community is null ? "vep/1/+/market" : new Topics(_community).Market, OnMarketAsync, cancellation).ConfigureAwait(false);
        await _link.StartAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // The last will only names a community that was configured; one that was found on the broker is told here.
        if (_market is { } market && _link.State == LinkState.Connected)
        {
            await _link.PublishAsync(market.Topics.Status(_member), WireFormat.Write(Status(online: false)), retain: true).ConfigureAwait(false);
        }

        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private async Task OnMarketAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadMarket(message.Payload.Span, out var description, out var error))
        {
            _logger.LogWarning("The market's description cannot be used: {Error}", error);
            return;
        }

        if (_market is not null && _market.Description == description)
        {
            return;
        }

        if (_market is { } known && known.Description.Community != description.Community)
        {
            _logger.LogWarning(
                "The broker serves {Other} as well as {Community}; this node stays with the latter. Name one in its configuration.",
                description.Community, known.Description.Community);
            return;
        }

        var isFirst = _market is null;
        _market = JoinedMarket.Join(description, _market, _home, _tariff);
        _logger.LogInformation("{Home} takes part in {Community} as {Member}.", _home.Name, description.Community, _member);
        if (isFirst)
        {
            var topics = _market.Topics;
            await _link.SubscribeAsync(topics.Receipts(_member), OnReceiptAsync, cancellation).ConfigureAwait(false);
            await _link.SubscribeAsync(topics.RoundResult, OnResultAsync, cancellation).ConfigureAwait(false);
            await _link.SubscribeAsync(topics.RoundOpen, OnRoundOpenAsync, cancellation).ConfigureAwait(false);
            await _link.PublishAsync(topics.Status(_member), WireFormat.Write(Status(online: true)), retain: true, cancellation).ConfigureAwait(false);
        }
    }

    private async Task OnRoundOpenAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (_market is not { } market)
        {
            return;
        }

        if (!WireFormat.TryReadAnnouncement(message.Payload.Span, out var round, out var error))
        {
            _logger.LogWarning("A round's announcement cannot be used: {Error}", error);
            return;
        }

        if (market.LastDelivered >= round.Period || _bid?.Period >= round.Period)
        {
            return;
        }

        var (buy, sell) = market.Agent.BidFor(round.Period);
        await SendAsync(market, new Bid(_member, round.Period, 1, buy, sell), cancellation).ConfigureAwait(false);
    }

    private Task SendAsync(JoinedMarket market, Bid bid, CancellationToken cancellation)
    {
        _bid = bid;
        var signed = market.Bids.Sign(bid, _key);
        return _link.PublishAsync(market.Topics.Bids(_member), WireFormat.Write(new BidMessage(bid, signed.Signature)), retain: false, cancellation);
    }

    private async Task OnReceiptAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (_market is not { } market || !WireFormat.TryReadReceipt(message.Payload.Span, out var receipt, out _)
            || _bid is not { } bid || receipt.Period != bid.Period || receipt.Number != bid.Number)
        {
            return;
        }

        if (receipt.Accepted)
        {
            if (!market.IsSignedByExchange(receipt))
            {
                _logger.LogError("The receipt for period {Period} is not signed by the exchange {Exchange}.", receipt.Period, market.Description.Exchange);
            }
        }
        else if (receipt.Reason == RejectionReason.StaleNumber.Code() && bid.Number < MostAttempts)
        {
            await SendAsync(market, bid with { Number = bid.Number + 1 }, cancellation).ConfigureAwait(false);
        }
        else
        {
            _logger.LogWarning("The bid for period {Period} was refused: {Reason}. {Detail}", receipt.Period, receipt.Reason, receipt.Detail);
        }
    }

    private async Task OnResultAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (_market is not { } market)
        {
            return;
        }

        if (!WireFormat.TryReadResult(message.Payload.Span, out var result, out var error))
        {
            _logger.LogWarning("A round's result cannot be used: {Error}", error);
            return;
        }

        if (market.LastDelivered >= result.Period)
        {
            return;
        }

        var traded = OwnTrades.NetEnergy(result.Trades, _member);
        if (!OwnTrades.KeepTheBid(result.Trades, _member, _bid?.Period == result.Period ? _bid : null))
        {
            // Not obeyed: the devices are the member's. What the chain then says can be disputed with the signed bid.
            _logger.LogError("The result of period {Period} gives this home {Traded} against its bid; it is not obeyed.", result.Period, traded);
            traded = Energy.Zero;
        }

        var delivery = market.Agent.Deliver(result.Period, result.Price, traded);
        market.LastDelivered = result.Period;
        var metered = new MeteredEnergy(_member, result.Period, delivery.Import, delivery.Export, delivery.Production);
        var reading = new MeterReading(
            _member, metered.Period, metered.Import, metered.Export, metered.Production, market.Readings.Sign(metered, _key));
        await _link.PublishAsync(market.Topics.Meters(_member), WireFormat.Write(reading), retain: false, cancellation).ConfigureAwait(false);
    }

    private MqttMessage StatusMessage(Topics topics, bool online) => new(topics.Status(_member), WireFormat.Write(Status(online)), Retain: true);

    private NodeStatus Status(bool online) => new(_member, online, _home.Name, typeof(ProsumerNode).Assembly.GetName().Version?.ToString(3));
}
