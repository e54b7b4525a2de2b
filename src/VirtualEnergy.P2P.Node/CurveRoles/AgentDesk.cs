using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>
/// An agent's side towards its auctioneer or concentrator: knows its terms, sends signed bids, and lets through only answers
/// that are signed by it, meant for this agent, and not older than the last.
/// </summary>
internal sealed class AgentDesk
{
    private const int MostWaiting = 1_000;

    private readonly MqttLink _link;
    private readonly CurveTopics _topics;
    private readonly EthereumKey _key;
    private readonly ILogger _logger;
    private readonly Action _wake;
    private readonly Channel<object> _came = Channel.CreateBounded<object>(MostWaiting);
    private (CurveMarketMessage Market, CurveSigning Signing)? _known;
    private long _sequence;

    /// <param name="wake">Called when there is something to take.</param>
    public AgentDesk(MqttLink link, Topics topics, EthereumKey key, MemberId matcher, Action wake, ILogger logger)
    {
        (_link, _key, Matcher, _wake, _logger) = (link, key, matcher, wake, logger);
        Member = key.Address.ToMember();
        _topics = topics.Curve(matcher);
    }

    public MemberId Member { get; }

    public MemberId Matcher { get; }

    public async Task SubscribeAsync(CancellationToken cancellation)
    {
        await _link.SubscribeAsync(_topics.Market, OnMarketAsync, cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Refusals(Member), OnRefusalAsync, cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Prices(Member), OnPriceAsync, cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Allocations(Member), OnAllocationAsync, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The next of what came: a <see cref="CurveMarketMessage"/> of a new session, a <see cref="CurveRefusalMessage"/>, a
    /// <see cref="CurvePriceMessage"/> or a <see cref="CurveAllocationMessage"/>.
    /// </summary>
    public bool TryTake(out object? message) => _came.Reader.TryRead(out message);

    public Task SendAsync(CurveMarketMessage market, NumberedCurve bid, CancellationToken cancellation) =>
        SendAsync(market, bid.BidNumber, bid.ExpiresAt, bid.Curve.Demands.ToArray(), cancellation);

    /// <summary>Takes the last bid out.</summary>
    public Task LeaveAsync(CurveMarketMessage market, long number, long now, CancellationToken cancellation) =>
        SendAsync(market, number, now + market.BidLifetime, [], cancellation);

    private Task SendAsync(CurveMarketMessage market, long number, long expiresAt, Demand[] demands, CancellationToken cancellation)
    {
        var hash = market.Signing().Hash(Member, Matcher, market.Session, number, expiresAt, demands);
        var bid = new CurveBidMessage(Member, Matcher, market.Session, number, expiresAt, [.. demands], CurveSigning.Sign(hash, _key));
        return _link.PublishAsync(_topics.Bids(Member), WireFormat.Write(bid), retain: false, cancellation);
    }

    private async Task OnMarketAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadCurveMarket(message.Payload.Span, out var market, out var error))
        {
            _logger.LogWarning("The description of {Matcher} cannot be used: {Error}", Matcher, error);
            return;
        }

        var signing = market.Signing();
        if (market.Matcher != Matcher || !CurveSigning.IsSignedBy(Matcher, signing.Hash(market.Terms()), market.Signature.AsSpan()))
        {
            _logger.LogWarning("A description of {Matcher} is not signed by it.", Matcher);
        }
        else if (_known is null || market.Session > _known.Value.Market.Session)
        {
            (_known, _sequence) = ((market, signing), 0);
            await PassOnAsync(market, cancellation).ConfigureAwait(false);
        }
    }

    private Task OnRefusalAsync(MqttMessage message, CancellationToken cancellation) =>
        _known is { } known && WireFormat.TryReadCurveRefusal(message.Payload.Span, out var refusal, out _)
        && IsMine(refusal.Matcher, refusal.Agent)
        && CurveSigning.IsSignedBy(Matcher, known.Signing.Hash(Matcher, Member, refusal.Number, refusal.Refusal), refusal.Signature.AsSpan())
            ? PassOnAsync(refusal, cancellation) : Task.CompletedTask;

    private Task OnPriceAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (_known is not { } known || !WireFormat.TryReadCurvePrice(message.Payload.Span, out var price, out _)
            || !IsMine(price.Matcher, price.Agent) || price.Sequence <= _sequence
            || !CurveSigning.IsSignedBy(Matcher, known.Signing.Hash(Matcher, Member, price.Sequence, price.Price), price.Signature.AsSpan()))
        {
            return Task.CompletedTask;
        }

        _sequence = price.Sequence;
        return PassOnAsync(price, cancellation);
    }

    private Task OnAllocationAsync(MqttMessage message, CancellationToken cancellation) =>
        _known is { } known && WireFormat.TryReadCurveAllocation(message.Payload.Span, out var allocation, out _)
        && IsMine(allocation.Matcher, allocation.Agent)
        && CurveSigning.IsSignedBy(Matcher, known.Signing.Hash(Matcher, Member, allocation.Allocation), allocation.Signature.AsSpan())
            ? PassOnAsync(allocation, cancellation) : Task.CompletedTask;

    private bool IsMine(MemberId matcher, MemberId agent) => matcher == Matcher && agent == Member;

    private async Task PassOnAsync(object message, CancellationToken cancellation)
    {
        await _came.Writer.WriteAsync(message, cancellation).ConfigureAwait(false);
        _wake();
    }
}
