using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>A device's or a home's agent on a broker, or an objective agent, whose curve is the negative of its aim.</summary>
public sealed class AgentNode : IAsyncDisposable
{
    private readonly MqttLink _link;
    private readonly AgentDesk _above;
    private readonly RoleLoop _loop;
    private readonly ClusterClock _clock;
    private readonly Func<CurveMarketMessage, Period, DemandCurve> _curve;
    private readonly IProgress<RoleEvent> _events;
    private readonly string _role;
    private readonly string _community;
    private readonly long _lead;
    private CurveMarketMessage? _market;
    private DeviceAgent? _agent;
    private NumberedCurve? _bid;
    private bool _mustBid;

    /// <param name="role">"agent" or "objective".</param>
    /// <param name="parent">The auctioneer or concentrator to bid at.</param>
    /// <param name="curve">What to bid in a period on the basis that the parent states.</param>
    /// <param name="lead">How long before a period begins its curve is bid, ms: it must be there when the period closes.</param>
    public AgentNode(
        RoleLink link, string role, MemberId parent, Func<CurveMarketMessage, Period, DemandCurve> curve, long lead, IProgress<RoleEvent> events, TimeProvider time, ILogger logger)
    {
        (_role, _community, _curve, _lead, _events, _clock) = (role, link.Community, curve, lead, events, new ClusterClock(time));
        _link = new MqttLink(link.Options(role, isNamed: false), time, logger);
        _loop = new RoleLoop(_clock, StepAsync, logger);
        _above = new AgentDesk(_link, new Topics(link.Community), link.Key, parent, _loop.Wake, logger);
    }

    public MemberId Member => _above.Member;

    /// <summary>Told of each allocation that keeps the agent's bid, before the next curve is asked for.</summary>
    public Action<NumberedAllocation>? Allocated { get; init; }

    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _above.SubscribeAsync(cancellation).ConfigureAwait(false);
        await _link.StartAsync(cancellation).ConfigureAwait(false);
        _loop.Start();
    }

    /// <summary>Takes the bid out, so that the cluster need not wait for its expiry, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync().ConfigureAwait(false);
        if (_market is { } market && _agent is { } agent && _link.State == LinkState.Connected)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await _above.LeaveAsync(market, agent.Leave(_clock.Now), _clock.Now, patience.Token).ConfigureAwait(false);
            }
            catch (Exception unheard) when (unheard is MqttLinkException or OperationCanceledException)
            {
                // The bid then ends when it expires.
            }
        }

        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<long?> StepAsync(long now, CancellationToken cancellation)
    {
        while (_above.TryTake(out var message))
        {
            switch (message)
            {
                case CurveMarketMessage market:
                    Follow(market);
                    break;
                case CurvePriceMessage { Price: var price } when _agent?.Follow(price) is { } demand:
                    _events.Report(new PriceFollowed(price, demand));
                    break;
                case CurveAllocationMessage { Allocation: var allocation } when _agent?.TryTake(allocation, _market!.PeriodSeconds) == true:
                    _events.Report(new AllocationTaken(allocation));
                    Allocated?.Invoke(allocation);
                    break;
                case CurveRefusalMessage refusal when _agent is { } agent:
                    _mustBid |= agent.Refused(refusal.Refusal);
                    _events.Report(new OwnBidRefused(_above.Matcher, refusal.Number, refusal.Refusal, refusal.Detail));
                    break;
            }
        }

        if (_market is not { } known || _agent is not { } device)
        {
            return null;
        }

        var curve = _curve(known, ClusterClock.PeriodAt(now + _lead, known.PeriodSeconds));
        if (_mustBid || now >= device.RenewAt || !curve.Equals(_bid?.Curve))
        {
            // Until it is with the broker it is still to be sent.
            _mustBid = true;
            var bid = device.Bid(curve, now);
            _bid = bid;
            await _above.SendAsync(known, bid, cancellation).ConfigureAwait(false);
            _mustBid = false;
            _events.Report(new BidSent(_above.Matcher, bid));
        }

        return device.RenewAt;
    }

    private void Follow(CurveMarketMessage market)
    {
        if (_market?.BidLifetime != market.BidLifetime)
        {
            _agent = new DeviceAgent(new BidSeries(market.BidLifetime));
        }

        if (_market?.Basis != market.Basis)
        {
            _events.Report(new RoleStarted(_role, _community, Member, _above.Matcher, market.Basis));
        }

        (_market, _mustBid) = (market, true);
    }
}
