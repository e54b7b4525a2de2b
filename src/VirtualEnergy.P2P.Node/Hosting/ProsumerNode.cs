using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// A prosumer's node: hears of a round, bids what its agent says, and when the result comes runs the home by it and sends
/// what the meters read.
/// </summary>
/// <remarks>
/// What it knows about the market it learns from the broker's retained messages. One handler runs at a time, whether the link or the
/// member calls; nothing else here is locked but the bid that waits for its receipt.
/// </remarks>
public sealed class ProsumerNode : IAsyncDisposable
{
    private readonly PlannedHome _plan;
    private readonly HomeDescription _home;
    private readonly SupplierTariff _tariff;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Topics _topics;
    private readonly MqttLink _link;
    private readonly BidDesk _bids;
    private readonly MeterDesk _meters;
    private readonly StatusPost _status;
    private readonly ResultCheck _check;
    private readonly ReadingPost _readings;
    private readonly PlanPost _plans;
    private readonly BalancePost _balance;
    private readonly RestOfPeriod _rest = new();
    private readonly SuggestionPost _suggestions;
    private readonly EarlyResults _early;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Turns _turns;
    private JoinedMarket? _market;
    private bool _isCatchingUp;

    /// <param name="broker">Where the market's broker is.</param>
    /// <param name="community">Its name; <see cref="MarketDiscovery"/> finds it.</param>
    /// <param name="key">Signs bids and readings; its address is the member.</param>
    /// <param name="home">What the home consumes, produces and owns, and what of it is planned.</param>
    /// <param name="tariff">The home's contract with its supplier, in quarters of an hour.</param>
    /// <param name="time">For time-outs and back-off only; rounds are announced.</param>
    /// <param name="logger">Told what a member would want to know.</param>
    public ProsumerNode(
        BrokerAddress broker, string community, EthereumKey key, PlannedHome home, SupplierTariff tariff, TimeProvider time, ILogger logger)
    {
        (_plan, _home, _tariff, _time, _logger) = (home, home.Home, tariff, time, logger);
        Member = key.Address.ToMember();
        (_topics, _turns, _check, _early) = (new Topics(community), new Turns(_stopping.Token), new ResultCheck(Member, logger), new EarlyResults(Member));
        _status = new StatusPost(Member, _topics.Status(Member), _home.Name);
        _link = new MqttLink(
            new MqttLinkOptions
            {
                Broker = broker,
                ClientId = Member.Value,
                Greeting = _status.Of(online: true),
                LastWill = _status.Of(online: false),
                JitterSeed = Member.Value.GetHashCode(StringComparison.Ordinal),
            },
            time,
            logger);
        _bids = new BidDesk(Member, _topics.Bids(Member), key, new PendingBid(PostAsync, time, logger), logger)
        {
            Observe = Observe,
            Keep = (market, bid) => Trades?.Keep(market.Description, bid),
        };
        _readings = new ReadingPost(Member, _topics.Meters(Member), new PendingBid(PostAsync, time, logger), receipt => Watch?.Keep(receipt), logger);
        _meters = new MeterDesk(Member, _readings, () => _market, _turns.RunAsync, logger);
        _plans = new PlanPost(Member, _topics.Plans(Member), _link, logger);
        _balance = new BalancePost(Member, _topics.Running(Member), _link, GoOnAsync, _turns.RunAsync, time, logger, _stopping.Token);
        _suggestions = new SuggestionPost(Member, _topics.Suggestions(Member), _link, key, logger);
        MeterKey = key;
    }

    public MemberId Member { get; }

    /// <summary>Signs readings; the member's own key unless the meter has one.</summary>
    public EthereumKey MeterKey { get; init; }

    /// <summary>What the home adds to its bids for energy of an origin it prefers.</summary>
    public Preferences Preferences
    {
        get => _bids.Preferences;
        init => _bids.Preferences = value;
    }

    /// <summary>
    /// Whether the exchange is told, before each bid, what the home plans, and after each result what it would take as the period turns out, so that the members balance
    /// it together. The prices at which plans meet are heard in any case.
    /// </summary>
    public bool TellsPlan { get; init; }

    /// <summary>Whether the exchange is told when the member best starts her appliances, so that her page shows it.</summary>
    public bool TellsSuggestions { get; init; }

    /// <summary>What the member allows while the node runs; without limits unless told.</summary>
    public MemberControls Controls
    {
        get => _bids.Controls;
        init => _bids.Controls = value;
    }

    /// <summary>Waits for a period's end and says what the home's real meter counted, null where it was silent. Without one the home's devices count.</summary>
    public Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>>? Meter
    {
        get => _meters.Real;
        init => _meters.Real = value;
    }

    /// <summary>
    /// The clock by which the market may go: then what is read of a period is sent when it is over, as the exchange asks. Null in a market of simulated time, where readings go out at once.
    /// </summary>
    public TimeProvider? Clock
    {
        get => _meters.Clock;
        init => _meters.Clock = value;
    }

    /// <summary>Waits until a third of a period is over and says what that meter counted in it, null where it was silent; null where nobody knows.</summary>
    public Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>>? MeterInBetween
    {
        get => _balance.Meter;
        init => _balance.Meter = value;
    }

    /// <summary>What that meter counted before this start, and where what it counts is kept; null where it is forgotten.</summary>
    public MeasuredHistory? History
    {
        get => _meters.History;
        init => _meters.History = value;
    }

    /// <summary>What energy was worth in this market before this start, and where that is kept; null where it is forgotten.</summary>
    public PriceMemory? Prices { get; init; }

    /// <summary>What was bid and allotted before this start, and where that is kept; null where it is forgotten.</summary>
    public TradedPeriods? Trades { get; init; }

    /// <summary>Says what the house knows of itself for a period; null where it is simulated throughout.</summary>
    public Func<Period, HomeNow>? Senses { get; init; }

    /// <summary>Told what happens, one after the other; null where nobody in the house wants to know.</summary>
    public Action<NodeNews>? News { get; init; }

    /// <summary>Audits the rounds beside the trading; null where nobody asked for that.</summary>
    public RoundWatch? Watch { get; init; }

    /// <summary>The home's part with a balancing service provider; null where the member consents to none. Not disposed here.</summary>
    public FlexibilityNode? Flexibility { get; init; }

    /// <summary>Whether the exchange has answered what this home bid and read last, and nothing waits to be sent: who drives a simulated clock waits for it. Any thread may ask.</summary>
    public bool IsAnswered => _bids.IsAnswered && _readings.IsAnswered && !_meters.HasUnsent;

    /// <summary>Connects and takes part until disposed. Returns once the broker is reached.</summary>
    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        // The result comes before the announcement: a home runs the last period before it bids for the next.
        await _link.SubscribeAsync(_topics.Market, _turns.Of(OnMarketAsync), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Receipts(Member), _turns.Of(OnReceiptAsync), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Funds(Member), _turns.Of((message, stopping) => _bids.TakeFundsAsync(message, _market, stopping)), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Readings(Member), _turns.Of((message, _) => _readings.TakeReceipt(message, _market)), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.RoundResult, _turns.Of(OnResultAsync), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.DeviationResult, _turns.Of((message, _) => _readings.TakeDeviations(message)), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Balance, _turns.Of(OnBalanceAsync), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.Outlook, _turns.Of((message, _) => _plans.TakeOutlook(message, _market)), cancellation).ConfigureAwait(false);
        await _link.SubscribeAsync(_topics.RoundOpen, _turns.Of(OnRoundOpenAsync), cancellation).ConfigureAwait(false);
        if (Flexibility is { } flexibility)
        {
            var topics = _topics.Flexibility(flexibility.Consent.Bsp);
            await _link.SubscribeAsync(topics.Terms, _turns.Of((message, _) =>
            {
                flexibility.TakeTerms(message);
                BeginOffering();
                return Task.CompletedTask;
            }), cancellation).ConfigureAwait(false);
            await _link.SubscribeAsync(topics.Orders(Member), _turns.Of((message, stopping) => OnOrderAsync(flexibility, message, stopping)), cancellation).ConfigureAwait(false);
        }

        await _link.StartAsync(cancellation).ConfigureAwait(false);
        if (Watch is not null)
        {
            Watch.News += TellAudit;
        }

        Controls.Changed += OnControlsChanged;
    }

    public async ValueTask DisposeAsync()
    {
        if (Watch is not null)
        {
            Watch.News -= TellAudit;
        }

        Controls.Changed -= OnControlsChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _meters.Dispose();
        _balance.Dispose();
        await _bids.DisposeAsync().ConfigureAwait(false);
        await _readings.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        _turns.Dispose();
    }

    private Task PostAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation) => _link.PublishAsync(topic, payload, retain: false, cancellation);

    private void OnControlsChanged() => _ = BidAnewAsync(_stopping.Token);

    /// <summary>The member has changed her mind: the bid of the open round is replaced by one within what she allows now.</summary>
    private async Task BidAnewAsync(CancellationToken cancellation)
    {
        try
        {
            await _turns.RunAsync(() => RebidAsync(cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            _logger.LogDebug(failure, "The open round keeps the bid that it has; the member's limits hold from the next on.");
        }
    }

    private Task RebidAsync(CancellationToken cancellation) => _market is { } market ? _bids.ReplaceAsync(market, cancellation) : Task.CompletedTask;

    /// <summary>The BSP's order: what is promised is bid no more, and a period that runs goes by what is called now.</summary>
    private async Task OnOrderAsync(FlexibilityNode flexibility, MqttMessage message, CancellationToken cancellation)
    {
        if (flexibility.TakeOrder(message) is not { } answer)
        {
            return;
        }

        try
        {
            if (answer.Accepted && _market is { } market)
            {
                await GoByOrderAsync(flexibility, market, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            flexibility.Answer(answer);
        }
    }

    private async Task GoByOrderAsync(FlexibilityNode flexibility, JoinedMarket market, CancellationToken cancellation)
    {
        await RebidAsync(cancellation).ConfigureAwait(false);
        if (market.Agent.Amend() is { } delivery)
        {
            RunsOtherwise(market, delivery);
            _balance.Amended(delivery);
            if (!_balance.IsHolding)
            {
                await _meters.AmendedAsync(market, MeterKey, delivery, flexibility.Time, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task OnBalanceAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (await _balance.TakeAsync(message, _market, cancellation).ConfigureAwait(false) is { } delivery)
        {
            RunsOtherwise(_market!, delivery);
        }
    }

    /// <summary>Devices are told what is left of the period that runs.</summary>
    private void RunsOtherwise(JoinedMarket market, Delivery delivery)
    {
        if ((Flexibility is { } flexibility ? flexibility.Amended(delivery) : _rest.From(delivery, market.Description.Rules.Grid, _time.GetUtcNow())) is { } rest)
        {
            News?.Invoke(new PeriodAmended(rest));
        }

        Flexibility?.Ran(delivery);
    }

    private async Task OnMarketAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadMarket(message.Payload.Span, out var description, out var error))
        {
            _logger.LogWarning("The market's description cannot be used: {Error}", error);
        }
        else if (_market?.Description != description)
        {
            var isFirst = _market is null;
            _market = JoinedMarket.Join(description, _market, _plan, _tariff, TellsPlan, _time, _logger, keepsAhead: Flexibility is not null, isMetered: Meter is not null, History, Prices);
            _plans.Join(_market);
            _logger.LogInformation("{Home} takes part in {Community} as {Member}.", _home.Name, description.Community, Member);
            Flexibility?.Join(
                description.Community, _market.Domain, description.Rules.Grid, _market.Agent,
                (topic, payload) => _link.PublishAsync(topic, payload, retain: false, _stopping.Token));
            News?.Invoke(new MarketJoined(description, _home, _market.Tariff) { Devices = [.. _market.Agent.Home.Devices] });

            // A broker sends what it keeps in any order: results and the open round may have come first.
            if (isFirst)
            {
                await CatchUpAsync(_market, cancellation).ConfigureAwait(false);
            }

            await BidAsync(cancellation).ConfigureAwait(false);
            BeginOffering();
        }
    }

    /// <summary>The home goes on by what it had traded before this start, and by what it was told meanwhile.</summary>
    private async Task CatchUpAsync(JoinedMarket market, CancellationToken cancellation)
    {
        var now = Clock?.GetUtcNow();
        _bids.Recall(Trades?.Bids(market.Description) ?? []);
        _isCatchingUp = true;
        try
        {
            var known = now is { } at ? Trades?.Results(market.Description, at) ?? [] : [];
            foreach (var (result, isKnown) in _early.Take(known, now is { } present ? market.Description.Rules.Grid.At(present) : null))
            {
                await RunAsync(market, result, isKnown, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _isCatchingUp = false;
        }
    }

    private async Task OnRoundOpenAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadAnnouncement(message.Payload.Span, out var round, out var error))
        {
            _logger.LogWarning("A round's announcement cannot be used: {Error}", error);
            return;
        }

        _check.Announced(round);
        _meters.Announced(round, MeterKey, _stopping.Token);
        _bids.Open = round.Period;
        Flexibility?.Opened(round.Period);
        News?.Invoke(new RoundOpened(round));
        await BidAsync(cancellation).ConfigureAwait(false);
        BeginOffering();
    }

    private void BeginOffering()
    {
        if (Flexibility is { } flexibility && _market is { LastDelivered: null } && _bids.Open is { } open)
        {
            flexibility.Begin(open);
        }
    }

    /// <summary>Bids for the open round, once.</summary>
    private async Task BidAsync(CancellationToken cancellation)
    {
        if (_market is not { } market || _isCatchingUp)
        {
            return;
        }

        await _bids.SendStandingAsync(cancellation).ConfigureAwait(false);
        if (!_bids.IsDue(market) || _bids.Open is not { } period || _balance.IsHolding)
        {
            return;
        }

        var bid = _bids.Within(market, period, 1);
        if (TellsPlan)
        {
            await _plans.TellAsync(market, period, cancellation).ConfigureAwait(false);
        }

        await _bids.SendAsync(market, bid, cancellation).ConfigureAwait(false);
    }

    private async Task OnReceiptAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (_market is { } market && await _bids.TakeReceiptAsync(message, market, cancellation).ConfigureAwait(false) is { } receipt)
        {
            Watch?.Keep(receipt);
            if (receipt.Accepted)
            {
                Flexibility?.Admitted();
            }
        }
    }

    private async Task OnResultAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadResult(message.Payload.Span, out var result, out var error))
        {
            _logger.LogWarning("A round's result cannot be used: {Error}", error);
        }
        else if (_market is { } market)
        {
            await RunAsync(market, result, isKnown: false, cancellation).ConfigureAwait(false);
        }
        else
        {
            _early.Hold(result);
        }
    }

    /// <summary>The home runs a period by its result.</summary>
    /// <param name="isKnown">The result was held against the bid and kept before this start.</param>
    private async Task RunAsync(JoinedMarket market, RoundResult result, bool isKnown, CancellationToken cancellation)
    {
        if (market.LastDelivered >= result.Period)
        {
            return;
        }

        // The next result is there already: a signal that was waited for has been lost.
        await _balance.ReleaseAsync(cancellation).ConfigureAwait(false);
        Watch?.Hear(result);
        _bids.Over(result.Period);
        _check.Revealed(result, market.Description.Rules);
        Observe(market, result.Period);
        var (traded, isObeyed) = isKnown ? (_check.AllottedBefore(market, result), true) : _check.Allotted(market, result, _bids.Of(result.Period));
        if (!isKnown && Clock is { } clock)
        {
            Trades?.Keep(market.Description, result, isObeyed, clock.GetUtcNow());
        }

        var delivery = market.Agent.Deliver(result.Period, result.Price, traded);
        market.LastDelivered = result.Period;
        Prices?.Keep(market.Description, market.Agent);
        await _balance.RunAsync(new RunPeriod(market, result, delivery), isAwaited: _plans.Told == result.Period, cancellation).ConfigureAwait(false);
    }

    /// <summary>It is certain how the home runs a period: that is booked, read and told, and the next is bid for.</summary>
    private async Task GoOnAsync(RunPeriod run, CancellationToken cancellation)
    {
        var (market, result, delivery) = run;
        Book(market, result, delivery);
        _rest.Begin(delivery);
        await _meters.RanAsync(market, MeterKey, delivery, _stopping.Token).ConfigureAwait(false);
        if (Flexibility is { } flexibility)
        {
            flexibility.Ran(delivery);
            flexibility.Offer(delivery);
        }

        if (TellsSuggestions)
        {
            await _suggestions.TellAsync(market, result.Period.Next, cancellation).ConfigureAwait(false);
        }

        // Its gate may have opened while the period before was held.
        await BidAsync(cancellation).ConfigureAwait(false);
    }

    private void Book(JoinedMarket market, RoundResult result, Delivery delivery)
    {
        if (Trades?.IsBooked(market.Description, result.Period) != true)
        {
            var spending = new DailySpending(market.Description.Rules.Grid);
            spending.Clear(result.Period, result.Trades, result.Charges);
            Controls.Spend(DailySpending.DayOf(market.Description.Rules.Grid, result.Period), spending.Of(Member, result.Period));
            Trades?.Booked(market.Description, result.Period);
        }

        News?.Invoke(new PeriodRun(result, [.. result.Trades.Where(trade => trade.Buyer == Member || trade.Seller == Member)], delivery));
    }

    private void Observe(JoinedMarket market, Period period)
    {
        if (Senses is not null)
        {
            market.Agent.Observe(Senses(period));
        }
    }

    // On the watch's thread.
    private void TellAudit(WatchNews news) => _status.Tell(news, _link, _logger);
}
