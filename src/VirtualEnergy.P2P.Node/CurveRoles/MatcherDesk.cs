using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>
/// An auctioneer's or a concentrator's side towards its agents: takes their bids from the broker, checks them, and answers
/// with prices, allocations and refusals, all signed.
/// </summary>
/// <remarks>
/// A payload waits unread until its agent's turn, the latest of each agent only; so a flood costs one signature an agent and
/// interval, and a step handles a bounded number. Everything but publishing happens under the lock of its owner.
/// </remarks>
internal sealed class MatcherDesk
{
    /// <summary>Signatures checked in a step: a twentieth of a second's work, so that prices go out in between.</summary>
    private const int MostBidsInAStep = 250;

    private const int MostStrangers = 1_000;

    private readonly MqttLink _link;
    private readonly CurveTopics _topics;
    private readonly CurveSigning _signing;
    private readonly EthereumKey _key;
    private readonly ILogger _logger;
    private readonly AgentInbox<byte[]> _inbox;
    private readonly Func<MemberId, bool> _isKnown;
    private long _sequence;

    public MatcherDesk(MqttLink link, Topics topics, EthereumKey key, CurveMarketMessage terms, long agentInterval, Func<MemberId, bool> isKnown, ILogger logger)
    {
        (_link, _key, _isKnown, _logger) = (link, key, isKnown, logger);
        Member = key.Address.ToMember();
        _topics = topics.Curve(Member);
        _signing = terms.Signing();
        _inbox = new AgentInbox<byte[]>(agentInterval, MostStrangers);
        var market = terms with { Matcher = Member };
        Market = market with { Signature = CurveSigning.Sign(_signing.Hash(market.Terms()), key) };
    }

    public MemberId Member { get; }

    public CurveMarketMessage Market { get; }

    public long? DueAt => _inbox.DueAt;

    /// <summary>A message under the matcher's bids; it is looked at when its agent's turn comes.</summary>
    public void Offer(MqttMessage message, long now)
    {
        if (!message.Retain && _topics.TryParseBids(message.Topic, out var agent)
            && !_inbox.Offer(agent, message.Payload.Length > WireFormat.MaxCurveBytes ? message.Payload[..(WireFormat.MaxCurveBytes + 1)].ToArray() : message.Payload.ToArray(), _isKnown(agent), now))
        {
            _logger.LogWarning("Too many unknown senders; a bid of {Agent} was dropped.", agent);
        }
    }

    /// <summary>Hands the bids that are due to the state machine; those that are refused come back.</summary>
    public List<AgentRefused> TakeBids(long now, Func<MemberId, NumberedCurve, CurveRefusal?> bid, Action<MemberId, long> leave)
    {
        var refused = new List<AgentRefused>();
        for (var taken = 0; taken < MostBidsInAStep && _inbox.TryTake(now, out var agent, out var payload); taken++)
        {
            if (!WireFormat.TryReadCurveBid(payload, agent, Member, out var message, out var unreadable))
            {
                refused.Add(new AgentRefused(agent, unreadable.Number ?? 0, new CurveRefusal(unreadable.Code), unreadable.Detail));
            }
            else if (Judge(message, bid, leave) is { } refusal)
            {
                refused.Add(new AgentRefused(agent, message.Number, refusal, CurveRefusalText.Of(refusal, Market)));
            }
        }

        return refused;
    }

    public Task AnnounceAsync(CancellationToken cancellation) =>
        _link.PublishAsync(_topics.Market, WireFormat.Write(Market), retain: true, cancellation);

    /// <returns>Those whom their price did not reach.</returns>
    public async Task<ImmutableArray<MemberId>> TellAsync(ImmutableArray<PriceFor> prices, long now, CancellationToken cancellation)
    {
        if (prices.IsEmpty)
        {
            return [];
        }

        var sequence = _sequence = Math.Max(_sequence + 1, now);
        return await PublishAsync(prices.Select(price => (
            price.Agent, _topics.Prices(price.Agent), (Func<byte[]>)(() => WireFormat.Write(new CurvePriceMessage(
                Member, price.Agent, sequence, price.Price, CurveSigning.Sign(_signing.Hash(Member, price.Agent, sequence, price.Price), _key)))))), cancellation).ConfigureAwait(false);
    }

    public Task<ImmutableArray<MemberId>> GiveAsync(ImmutableArray<AllocationFor> allocations, CancellationToken cancellation) =>
        PublishAsync(allocations.Select(given => (
            given.Agent, _topics.Allocations(given.Agent), (Func<byte[]>)(() => WireFormat.Write(new CurveAllocationMessage(
                Member, given.Agent, given.Allocation, CurveSigning.Sign(_signing.Hash(Member, given.Agent, given.Allocation), _key)))))), cancellation);

    public Task RefuseAsync(List<AgentRefused> refused, CancellationToken cancellation) =>
        PublishAsync(refused.Select(answer => (
            answer.Agent, _topics.Refusals(answer.Agent), (Func<byte[]>)(() => WireFormat.Write(new CurveRefusalMessage(
                Member, answer.Agent, answer.Number, answer.Refusal, answer.Detail,
                CurveSigning.Sign(_signing.Hash(Member, answer.Agent, answer.Number, answer.Refusal), _key)))))), cancellation);

    private CurveRefusal? Judge(CurveBidMessage message, Func<MemberId, NumberedCurve, CurveRefusal?> bid, Action<MemberId, long> leave)
    {
        if (message.Session != Market.Session)
        {
            return CurveRefusalText.OtherSession;
        }

        var hash = _signing.Hash(message.Agent, Member, message.Session, message.Number, message.ExpiresAt, message.Demands.AsSpan());
        if (!CurveSigning.IsSignedBy(message.Agent, hash, message.Signature.AsSpan()))
        {
            return CurveRefusalText.WrongSignature;
        }

        if (message.Demands.IsEmpty)
        {
            leave(message.Agent, message.Number);
            return null;
        }

        return DemandCurve.TryCreate(Market.Basis, message.Demands.AsSpan(), out var curve, out var fault)
            ? bid(message.Agent, new NumberedCurve(message.Number, curve, message.ExpiresAt))
            : new CurveRefusal(fault.Code());
    }

    /// <summary>All at once: the broker's acknowledgements are waited for together.</summary>
    private async Task<ImmutableArray<MemberId>> PublishAsync(IEnumerable<(MemberId Agent, string Topic, Func<byte[]> Payload)> messages, CancellationToken cancellation)
    {
        var sent = messages.Select(message => (message.Agent, Sending: _link.PublishAsync(message.Topic, message.Payload(), retain: false, cancellation))).ToList();
        var failed = ImmutableArray.CreateBuilder<MemberId>();
        foreach (var (agent, sending) in sent)
        {
            try
            {
                await sending.ConfigureAwait(false);
            }
            catch (MqttLinkException failure)
            {
                _logger.LogWarning("{Agent} was not reached: {Failure}", agent, failure.Message);
                failed.Add(agent);
            }
        }

        return failed.ToImmutable();
    }
}
