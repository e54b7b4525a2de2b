using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>How an auctioneer or a concentrator treats its agents.</summary>
public sealed record MatcherOptions
{
    public ImmutableHashSet<MemberId>? Whitelist { get; init; }

    /// <summary>ms between two prices, or two sums sent up.</summary>
    public long Interval { get; init; } = 1_000;

    /// <summary>ms between two bids of one agent that are looked at; the latest of those in between waits.</summary>
    public long AgentInterval { get; init; } = 500;

    public int MostAgents { get; init; } = 10_000;
}

/// <summary>What an auctioneer decides for its cluster.</summary>
public sealed record ClusterTerms
{
    public required MarketBasis Basis { get; init; }

    public int PeriodSeconds { get; init; } = 900;

    /// <summary>ms.</summary>
    public long BidLifetime { get; init; } = 300_000;

    /// <summary>With <see cref="Contract"/> the domain of the signatures; zeros for a cluster without a chain.</summary>
    public ulong ChainId { get; init; }

    public string Contract { get; init; } = "0x" + new string('0', 40);

    /// <summary>Null: the cluster balances itself.</summary>
    public ObjectiveAgent? Objective { get; init; }
}

/// <summary>The top of a curve market on a broker: prices as bids change, whole Wh when a period begins.</summary>
public sealed class AuctioneerNode : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly MqttLink _link;
    private readonly Topics _topics;
    private readonly ClusterTerms _terms;
    private readonly ClusterClock _clock;
    private readonly MatcherDesk _desk;
    private readonly Auctioneer _auctioneer;
    private readonly RoleLoop _loop;
    private readonly IProgress<RoleEvent> _events;
    private readonly string _community;
    private Period _period;
    private readonly Announcements _announcements = new();

    public AuctioneerNode(RoleLink link, ClusterTerms terms, MatcherOptions options, IProgress<RoleEvent> events, TimeProvider time, ILogger logger)
    {
        (_terms, _clock, _topics, _events, _community) = (terms, new ClusterClock(time), new Topics(link.Community), events, link.Community);
        _link = new MqttLink(link.Options("auctioneer", isNamed: true), time, logger);
        var book = new AgentBook(
            terms.Basis,
            new AgentBookRules { Whitelist = options.Whitelist, BidLifetime = terms.BidLifetime, MostAgents = options.MostAgents, MostDemand = Demand.MaxOfSum });
        _auctioneer = new Auctioneer(book, new UpdateLimit(options.Interval), terms.Objective);
        var market = new CurveMarketMessage(
            link.Member, _clock.Now, IsAuctioneer: true, terms.ChainId, terms.Contract, terms.Basis, terms.BidLifetime, terms.PeriodSeconds, []);
        _desk = new MatcherDesk(_link, _topics, link.Key, market, options.AgentInterval, book.Has, logger);
        _loop = new RoleLoop(_clock, StepAsync, logger);
        _period = ClusterClock.PeriodAt(_clock.Now, terms.PeriodSeconds);
        _link.StateChanged += change =>
        {
            if (change.State == LinkState.Connected)
            {
                _announcements.Ask();
            }

            _loop.Wake();
        };
    }

    public MemberId Member => _desk.Member;

    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _link.SubscribeAsync(_topics.Curve(Member).AllBids, OnBidAsync, cancellation).ConfigureAwait(false);
        await _link.StartAsync(cancellation).ConfigureAwait(false);
        _events.Report(new RoleStarted("auctioneer", _community, Member, null, _terms.Basis));
        _loop.Start();
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
            _desk.Offer(message, _clock.Now);
        }

        _loop.Wake();
        return Task.CompletedTask;
    }

    private async Task<long?> StepAsync(long now, CancellationToken cancellation)
    {
        if (_announcements.IsDue(now))
        {
            await _desk.AnnounceAsync(cancellation).ConfigureAwait(false);
            _announcements.Made(now);
        }

        List<AgentRefused> refused;
        PeriodClose? close;
        ImmutableArray<PriceFor> prices;
        lock (_gate)
        {
            refused = _desk.TakeBids(now, (agent, bid) => _auctioneer.Bid(agent, bid, now), _auctioneer.Leave);
            close = CloseIfDue(now);
            prices = _auctioneer.Update(now, _period);
        }

        refused.ForEach(_events.Report);
        await _desk.RefuseAsync(refused, cancellation).ConfigureAwait(false);
        var missed = await _desk.TellAsync(prices, now, cancellation).ConfigureAwait(false);
        if (!prices.IsEmpty)
        {
            _events.Report(new PriceTold(_auctioneer.Price!.Value, prices.Length));
        }

        if (close is not null)
        {
            await _desk.GiveAsync(close.Allocations, cancellation).ConfigureAwait(false);
            _events.Report(new PeriodClosed(close));
        }

        lock (_gate)
        {
            foreach (var agent in missed)
            {
                _auctioneer.NotTold(agent);
            }

            return Earliest(_desk.DueAt, _auctioneer.DueAt, (_period.Index + 1) * _terms.PeriodSeconds * 1000);
        }
    }

    /// <summary>A period closes when it begins: by the bids that count then.</summary>
    private PeriodClose? CloseIfDue(long now)
    {
        var period = ClusterClock.PeriodAt(now, _terms.PeriodSeconds);
        if (period <= _period)
        {
            return null;
        }

        _period = period;
        return _auctioneer.Close(now, period, _terms.PeriodSeconds);
    }

    internal static long? Earliest(params long?[] instants) => instants.Min();
}
