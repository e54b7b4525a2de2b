using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>The provider's line to the homes of a community, over its broker: they say program, headroom and what flows, and get signed orders.</summary>
/// <remarks>
/// <para>Samples come in over a connection of their own, and signatures are checked on a thread of their own: a flood of one holds up nothing else.</para>
/// <para>While the link is away homes hold what they were told; when it is back they are told again under the same numbers, which has no second effect, and the terms are stated anew, upon
/// which every home begins a new session of telemetry.</para>
/// </remarks>
public sealed class CommunityLink : IHomeLink
{
    /// <summary>Parts of a promise below which a call is not changed: a home plans anew at each.</summary>
    private const int CallParts = 40;

    /// <summary>And in no case for less than this.</summary>
    private const long LeastCallWatts = 20;

    private static readonly TimeSpan ShortenEvery = TimeSpan.FromDays(1);

    private readonly CustomerOptions _customer;
    private readonly CommunityOptions _options;
    private readonly HomeBoard _board;
    private readonly PeriodGrid _grid;
    private readonly TimeProvider _links;
    private readonly ILogger _logger;
    private readonly Topics _topics;
    private readonly FlexibilityTopics _between;
    private readonly FlexibilitySigning _signing;
    private readonly ImmutableArray<CommunityHome> _homes;
    private readonly HomeInbox _inbox;
    private readonly IntakeTally _tally;
    private readonly OrderJournal _journal;
    private readonly HomePost _post;
    private readonly HomePromises _promises;
    private readonly SetPointQueue _setPoints;
    private readonly long[] _asked;
    private readonly CancellationTokenSource _stop = new();
    private readonly MqttLink _words;
    private readonly MqttLink _samples;
    private Task _checking = Task.CompletedTask;
    private Task _starting = Task.CompletedTask;
    private DateTimeOffset? _shortened;
    private long _session;
    private volatile int _spans;

    /// <param name="first">Where its homes begin on the board; they stand there one after another.</param>
    /// <param name="grid">The market's periods.</param>
    /// <param name="folder">Where its orders are kept; null keeps them in memory.</param>
    /// <param name="time">The market's clock: of measurements, programs and orders.</param>
    /// <param name="links">The machine's: of time-outs and numbers.</param>
    /// <exception cref="GatewayStartException">What was kept cannot be read.</exception>
    public CommunityLink(CustomerOptions customer, HomeBoard board, int first, PeriodGrid grid, string? folder, TimeProvider time, TimeProvider links, ILogger<CommunityLink> logger)
    {
        (_customer, _options, _board, First, _grid, _links, _logger) = (customer, customer.Community!, board, first, grid, links, logger);
        (_topics, _signing) = (new Topics(_options.Name), new FlexibilitySigning(_options.Domain));
        var bsp = _options.Key.Address.ToMember();
        _between = _topics.Flexibility(bsp);
        _homes = [.. customer.Homes.Select(home => new CommunityHome(home, grid, time))];
        (_tally, _asked, _spans) = (new IntakeTally(customer.Id, logger), new long[_homes.Length], _options.Spans);
        _inbox = new HomeInbox(
            _between, _homes, new HomeIntake(bsp, _signing, _homes), board, first, 2 * TimeSpan.FromSeconds(_options.TelemetrySeconds), time, _tally, (_, reply, accepted) => _post!.Answered(reply, accepted), (member, answer) => logger.PromiseNotKept(customer.Id, member.Value, answer.Id, Code(answer.Reason)));
        _journal = OrderJournal.Open(
            folder, customer.Id, order => Find(order.Member)?.Said(order),
            (member, id) => Find(member)?.Orders.FirstOrDefault(order => order.First.Id == id)?.WasAccepted());
        _post = new HomePost(customer.Id, _options.Key, _signing, _between, _journal, (topic, payload) => _words!.PublishAsync(topic, payload, cancellation: _stop.Token), links, logger, _stop.Token);
        _promises = new HomePromises(_homes, _post, grid);
        _setPoints = new SetPointQueue(_homes.Length, _homes.Length, SendAsync, OnConfirmed, () => Emptied?.Invoke());
        // Old samples are worth nothing, so the broker keeps none; words of homes it keeps for an hour.
        (_words, _samples) = (Link("words", TimeSpan.FromHours(1)), Link("samples", TimeSpan.Zero));
        _words.StateChanged += OnState;
    }

    public string Customer => _customer.Id;

    public string Protocol => "MQTT";

    public int First { get; }

    public int Homes => _homes.Length;

    public Action? Emptied { get; set; }

    /// <summary>Both connections stand: homes can be told, and no sample is lost any more.</summary>
    public bool IsUp => _words.State == LinkState.Connected && _samples.State == LinkState.Connected;

    public long LeftOut => _tally.Sum;

    /// <summary>The same by code.</summary>
    public ImmutableSortedDictionary<string, long> LeftOutByCode => _tally.Counts;

    public int OpenSetPoints => _setPoints.Open;

    public bool IsEmpty => _setPoints.IsEmpty;

    internal ImmutableArray<CommunityHome> Members => _homes;

    /// <summary>Whether nothing that homes were told is unanswered: no set-point, and no promise that they were asked for.</summary>
    internal bool IsAnswered => IsEmpty && _promises.IsIdle;

    /// <summary>Homes are asked for their headroom over so many spans from now on, instead of as many as are configured.</summary>
    public void AskForSpans(int spans)
    {
        _spans = spans;
        _ = Task.Run(StateTermsAsync);
    }

    /// <summary>Whether a home has accepted an order that is not over.</summary>
    /// <param name="home">From 0, in the link's order.</param>
    public bool HasPromised(int home) => _homes[home].Orders.Any(order => order.State == HomeOrderState.Accepted);

    public void Start()
    {
        _checking = Task.Run(_inbox.RunAsync);
        _starting = Task.Run(ConnectAsync);
    }

    public void Refresh(DateTimeOffset now)
    {
        for (var home = 0; home < _homes.Length; home++)
        {
            _board.Change(First + home, state => _homes[home].At(now, state));
        }
    }

    public void Ask(int home, long watts) => _setPoints.Ask(home, Worth(home, watts));

    /// <summary>Homes are asked to promise what was sold of them, and let go of what is not sold any more. Returns at once.</summary>
    /// <param name="sold">Of any homes.</param>
    /// <param name="worth">What a kWh of their unit is sold for.</param>
    internal void Promise(IEnumerable<ReservedEnergy> sold, Func<Period, RegulationDirection, Price> worth, DateTimeOffset now)
    {
        if (_words.State == LinkState.Connected)
        {
            _promises.Run(sold, worth, now);
        }

        Shorten(now);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _inbox.Close();
        await _samples.DisposeAsync();
        await _words.DisposeAsync();
        await _starting;
        await _checking;
        _journal.Dispose();
        _stop.Dispose();
    }

    // At the start and once a day. Of orders that were over two days ago nothing is asked any more.
    private void Shorten(DateTimeOffset now)
    {
        if (_shortened is { } last && now - last < ShortenEvery)
        {
            return;
        }

        _shortened = now;
        try
        {
            _journal.Shorten(now - BooksHorizon.Kept, _grid);
        }
        catch (IOException failure)
        {
            // The long log is as good.
            _logger.NotCompacted(failure);
        }
    }

    private CommunityHome? Find(MemberId member) => _inbox.TryFind(member, out var home) ? _homes[home] : null;

    // It comes from outside and goes into the log.
    internal static string Code(string? reason) => reason is { Length: > 0 and <= 64 } && reason.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? reason : "?";

    private MqttLink Link(string name, TimeSpan expiry) => new(
        new MqttLinkOptions
        {
            Broker = _options.Broker, ClientId = $"bsp-{_post.Bsp}-{name}", User = _post.Bsp.Value, Password = _options.Password, SessionExpiry = expiry,
            MaxWaitingPublications = 2 * _homes.Length + 100, LongestBackOff = TimeSpan.FromSeconds(10),
        },
        _links, _logger);

    private async Task ConnectAsync()
    {
        try
        {
            await _words.SubscribeAsync(_topics.Market, (message, _) => Done(() => Compare(message))).ConfigureAwait(false);
            await _words.SubscribeAsync(_between.AllPrograms, (message, _) => Done(() => _inbox.Take(HomeWord.Program, message))).ConfigureAwait(false);
            await _words.SubscribeAsync(_between.AllHeadroom, (message, _) => Done(() => _inbox.Take(HomeWord.Headroom, message))).ConfigureAwait(false);
            await _words.SubscribeAsync(_between.AllSessions, (message, _) => Done(() => _inbox.Take(HomeWord.Session, message))).ConfigureAwait(false);
            await _words.SubscribeAsync(_between.AllReplies, (message, _) => Done(() => _inbox.Take(HomeWord.Reply, message))).ConfigureAwait(false);
            await _words.SubscribeAsync(_between.AllKept, (message, _) => Done(() => _inbox.TakeKept(message))).ConfigureAwait(false);
            await _samples.SubscribeAsync(_between.AllTelemetry, (message, _) => Done(() => _inbox.TakeSample(message))).ConfigureAwait(false);
            await Task.WhenAll(_words.StartAsync(_stop.Token), _samples.StartAsync(_stop.Token)).ConfigureAwait(false);
        }
        catch (MqttLinkException refused)
        {
            // The links go on trying; what is refused now may be allowed later.
            _logger.CustomerDown(_customer.Id, refused.Message);
        }
        catch (Exception stopping) when (stopping is OperationCanceledException or ObjectDisposedException)
        {
            // The gateway stops.
        }

        static Task Done(Action work)
        {
            work();
            return Task.CompletedTask;
        }
    }

    private void OnState(LinkStateChange change)
    {
        if (change.State == LinkState.Connected)
        {
            _logger.CustomerUp(_customer.Id);
            _setPoints.Forget();
            _ = Task.Run(StateTermsAsync);
        }
        else if (change.State == LinkState.BackingOff)
        {
            _logger.CustomerDown(_customer.Id, change.Reason);
        }
    }

    // Under a new session number, so that homes begin telemetry anew: what was sent while the link was away has left gaps.
    private async Task StateTermsAsync()
    {
        _session = Math.Max(_session + 1, _links.GetUtcNow().ToUnixTimeMilliseconds());
        var terms = new FlexibilityTerms(_post.Bsp, _session, _options.HoldingPeriods, _spans, _options.ConfidencePermille, _options.TelemetrySeconds);
        var signed = new Signed<FlexibilityTerms>(terms, FlexibilitySigning.Sign(_signing.Hash(terms), _options.Key));
        try
        {
            await _words.PublishAsync(_between.Terms, WireFormat.Write(signed), retain: true, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            _logger.CustomerDown(_customer.Id, failure.Message);
        }
    }

    // The broker's word is compared with what is configured and never believed.
    private void Compare(MqttMessage message)
    {
        if (!WireFormat.TryReadMarket(message.Payload.Span, out var market, out var error))
        {
            _logger.MarketDiffers(_customer.Id, error);
        }
        else if (market.ChainId != _options.Domain.ChainId || market.Contract != _options.Domain.Contract.ToString())
        {
            _logger.MarketDiffers(_customer.Id, "it names another chain or contract. What homes sign for that one is left out.");
        }
    }

    private async Task<bool> SendAsync(int home, long watts)
    {
        // Elsewhere: who asks a thousand homes does not wait for as many signatures.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var hasNothing = false;
        var reply = await _post.TellAsync(_homes[home], () =>
        {
            var call = _homes[home].Call(watts, _post.Bsp, _post.NextNumber);
            hasNothing = call is null;
            return call;
        }).ConfigureAwait(false);
        // A home that cannot be called is not moved: to be let go is all that it can confirm.
        return hasNothing ? watts == 0 : reply is { Accepted: true };
    }

    private void OnConfirmed(int home, long watts) => _board.Change(First + home, state => state with { ConfirmedWatts = watts });

    // Small changes are not worth a home's planning anew; nothing, and all that was promised, always is.
    private long Worth(int home, long watts)
    {
        var state = _board[First + home];
        var promised = watts < 0 ? state.UpWatts : state.DownWatts;
        if (watts == 0 || Math.Abs(watts) >= promised || Math.Abs(watts - _asked[home]) >= Math.Max(LeastCallWatts, promised / CallParts))
        {
            _asked[home] = watts;
        }

        return _asked[home];
    }
}
