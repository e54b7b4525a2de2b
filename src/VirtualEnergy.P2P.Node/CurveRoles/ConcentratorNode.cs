using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>A concentrator on a broker: an agent of the level above, and the market of its own agents.</summary>
/// <remarks>It takes basis, periods and signatures' domain from the level above, and begins anew when that states others.</remarks>
public sealed class ConcentratorNode : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly RoleLink _identity;
    private readonly MqttLink _link;
    private readonly Topics _topics;
    private readonly MatcherOptions _options;
    private readonly PeakShaving? _shaving;
    private readonly long _settling;
    private readonly ClusterClock _clock;
    private readonly AgentDesk _above;
    private readonly RoleLoop _loop;
    private readonly IProgress<RoleEvent> _events;
    private readonly ILogger _logger;
    private Below? _below;
    private readonly Announcements _announcements = new();

    /// <param name="parent">The auctioneer or concentrator above.</param>
    /// <param name="shaving">Bounds for the flow; null for none.</param>
    /// <param name="settling">How long devices take to follow a price, ms.</param>
    public ConcentratorNode(
        RoleLink link, MemberId parent, MatcherOptions options, PeakShaving? shaving, long settling, IProgress<RoleEvent> events, TimeProvider time, ILogger logger)
    {
        (_identity, _options, _shaving, _settling, _events, _logger) = (link, options, shaving, settling, events, logger);
        (_clock, _topics) = (new ClusterClock(time), new Topics(link.Community));
        _link = new MqttLink(link.Options("concentrator", isNamed: true), time, logger);
        _loop = new RoleLoop(_clock, StepAsync, logger);
        _above = new AgentDesk(_link, _topics, link.Key, parent, _loop.Wake, logger);
        _link.StateChanged += change =>
        {
            if (change.State == LinkState.Connected)
            {
                _announcements.Ask();
            }

            _loop.Wake();
        };
    }

    public MemberId Member => _above.Member;

    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _above.SubscribeAsync(cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Curve(Member).AllBids, OnBidAsync, cancellation).ConfigureAwait(false);
        await _link.StartAsync(cancellation).ConfigureAwait(false);
        _loop.Start();
    }

    /// <summary>The flow at the cable, now.</summary>
    /// <exception cref="InvalidOperationException">Without bounds for it.</exception>
    public void Measured(Demand flow)
    {
        _ = _shaving ?? throw new InvalidOperationException("A flow is measured against a floor and a ceiling.");
        lock (_gate)
        {
            _below?.Concentrator.Measured(flow, _clock.Now);
        }

        _loop.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private Task OnBidAsync(MqttMessage message, CancellationToken cancellation)
    {
        lock (_gate)
        {
            // Before the level above is known there is no basis to judge a bid by; its sender hears of the session and bids again.
            _below?.Desk.Offer(message, _clock.Now);
        }

        _loop.Wake();
        return Task.CompletedTask;
    }

    private async Task<long?> StepAsync(long now, CancellationToken cancellation)
    {
        var down = new List<(Below Below, ImmutableArray<PriceFor> Prices, NumberedAllocation? Allocation, ImmutableArray<AllocationFor> Shares)>();
        while (_above.TryTake(out var message))
        {
            lock (_gate)
            {
                switch (message)
                {
                    case CurveMarketMessage market:
                        Follow(market);
                        break;
                    case CurvePriceMessage price when _below is { } below:
                        down.Add((below, below.Concentrator.Translate(price.Price, now), null, []));
                        break;
                    case CurveAllocationMessage given when _below is { } below:
                        down.Add((below, [], given.Allocation, below.Concentrator.Split(given.Allocation, below.Above.PeriodSeconds)));
                        break;
                    case CurveRefusalMessage refusal when _below is { } below:
                        below.Concentrator.Refused(refusal.Refusal);
                        _events.Report(new OwnBidRefused(_above.Matcher, refusal.Number, refusal.Refusal, refusal.Detail));
                        break;
                }
            }
        }

        foreach (var (below, prices, allocation, shares) in down)
        {
            await PassOnAsync(below, prices, allocation, shares, now, cancellation).ConfigureAwait(false);
        }

        return _below is { } current ? await ServeAsync(current, now, cancellation).ConfigureAwait(false) : null;
    }

    private async Task<long?> ServeAsync(Below below, long now, CancellationToken cancellation)
    {
        if (_announcements.IsDue(now))
        {
            await below.Desk.AnnounceAsync(cancellation).ConfigureAwait(false);
            _announcements.Made(now);
        }

        List<AgentRefused> refused;
        NumberedCurve? bid;
        lock (_gate)
        {
            refused = below.Desk.TakeBids(now, (agent, curve) => below.Concentrator.Bid(agent, curve, now), below.Concentrator.Leave);
            bid = below.Concentrator.Update(now);
        }

        refused.ForEach(_events.Report);
        await below.Desk.RefuseAsync(refused, cancellation).ConfigureAwait(false);
        if (bid is { } sent)
        {
            try
            {
                await _above.SendAsync(below.Above, sent, cancellation).ConfigureAwait(false);
                _events.Report(new BidSent(_above.Matcher, sent));
            }
            catch (MqttLinkException)
            {
                lock (_gate)
                {
                    below.Concentrator.Repeat();
                }

                throw;
            }
        }

        lock (_gate)
        {
            return AuctioneerNode.Earliest(below.Desk.DueAt, below.Concentrator.DueAt);
        }
    }

    private async Task PassOnAsync(
        Below below, ImmutableArray<PriceFor> prices, NumberedAllocation? allocation, ImmutableArray<AllocationFor> shares, long now, CancellationToken cancellation)
    {
        var missed = await below.Desk.TellAsync(prices, now, cancellation).ConfigureAwait(false);
        if (!prices.IsEmpty)
        {
            _events.Report(new PriceTold(prices[0].Price.Price, prices.Length));
        }

        if (allocation is { } split)
        {
            await below.Desk.GiveAsync(shares, cancellation).ConfigureAwait(false);
            _events.Report(new AllocationSplit(split, shares));
        }

        lock (_gate)
        {
            foreach (var agent in missed)
            {
                below.Concentrator.NotTold(agent);
            }
        }
    }

    /// <summary>A new session above: the sum has to be said anew; where its terms are others, so have all bids below.</summary>
    private void Follow(CurveMarketMessage market)
    {
        if (_below is { } before && before.Above.Basis == market.Basis && before.Above.BidLifetime == market.BidLifetime
            && before.Above.PeriodSeconds == market.PeriodSeconds && before.Above.ChainId == market.ChainId && before.Above.Contract == market.Contract)
        {
            before.Above = market;
            before.Concentrator.Repeat();
            return;
        }

        var book = new AgentBook(
            market.Basis, new AgentBookRules { Whitelist = _options.Whitelist, BidLifetime = market.BidLifetime, MostAgents = _options.MostAgents });
        var shaved = _shaving is null ? null : new ShavedFlow(_shaving, _settling);
        var terms = market with { Matcher = Member, Session = _clock.Now, IsAuctioneer = false, Signature = [] };
        _below = new Below(
            market, new Concentrator(book, new UpdateLimit(_options.Interval), new BidSeries(market.BidLifetime), shaved),
            new MatcherDesk(_link, _topics, _identity.Key, terms, _options.AgentInterval, book.Has, _logger));
        _announcements.Ask();
        _events.Report(new RoleStarted("concentrator", _identity.Community, Member, _above.Matcher, market.Basis));
    }

    private sealed class Below(CurveMarketMessage above, Concentrator concentrator, MatcherDesk desk)
    {
        public CurveMarketMessage Above { get; set; } = above;

        public Concentrator Concentrator => concentrator;

        public MatcherDesk Desk => desk;
    }
}
