using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Planning;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// A home's part with a balancing service provider (BSP): it says its headroom and its program after each local round, takes the BSP's orders, tells what
/// it cannot hold, and sends telemetry. Without terms that the BSP signed it says nothing.
/// </summary>
/// <remarks>
/// An order is held by the clock and not by the link: when the BSP is away it goes on to its end and ends by itself. The node that owns it calls one at a time;
/// only <see cref="Current"/> may be called from elsewhere.
/// </remarks>
/// <param name="consent">What the member allows.</param>
/// <param name="key">Her key.</param>
/// <param name="bookPath">File of her orders; null keeps them in memory.</param>
/// <param name="random">For the secrets of telemetry.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what she would want to know.</param>
public sealed class FlexibilityNode(FlexibilityConsent consent, EthereumKey key, string? bookPath, RandomNumberGenerator random, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly HeadroomCalculator _calculator = new();
    private readonly PowerTrace _power = new();
    private readonly MarketClock _clock = new(time);
    private readonly RestOfPeriod _rest = new();
    private FlexibilitySigning? _signing;
    private FlexibilityTopics? _topics;
    private FlexibilityDesk? _desk;
    private FlexibilityBook? _book;
    private Func<string, byte[], Task>? _publish;
    private Signed<FlexibilityTerms>? _terms;
    private TelemetryPulse? _pulse;
    private HomeAgent? _agent;
    private PeriodGrid _grid = PeriodGrid.QuarterHour;
    private long _lastNumber;
    private bool _hasOffered;
    private readonly List<ReservationEvidence> _promised = [];
    private bool _isToldAnew;

    // A period is booked when the next one has been run: until then an order may still change it.
    private (long Id, Period Period, Energy Program, Energy Net)? _toBook;

    public FlexibilityConsent Consent => consent;

    /// <summary>The market's clock, where that is simulated too.</summary>
    internal TimeProvider Time => time;

    /// <summary>What the home's meter says flows now; null, or null from it, where no meter does.</summary>
    public Func<(long Watts, TelemetryQuality Quality)?>? Measured { get; init; }

    /// <summary>Whether the member has paused: nothing is offered then, and what was accepted is held.</summary>
    public Func<bool> IsPaused { get; init; } = () => false;

    /// <summary>What the home has promised in a period; null where it promised nothing.</summary>
    public Commitment? In(Period period) => _desk?.In(period);

    /// <summary>What flows through the meter now. Any thread may call.</summary>
    public (long Watts, TelemetryQuality Quality, DateTimeOffset At) Current()
    {
        var now = _clock.Now;
        return Measured?.Invoke() is { } measured ? (measured.Watts, measured.Quality, now) : (_power.At(now) is { } watts ? (watts, TelemetryQuality.Calculated, now) : (0, TelemetryQuality.Invalid, now));
    }

    /// <summary>The home takes part in a market; again when its rules have changed.</summary>
    /// <param name="community">Its name.</param>
    /// <param name="domain">Its signatures' domain.</param>
    /// <param name="grid">Its periods.</param>
    /// <param name="agent">The home's agent, which goes by what is promised from now on.</param>
    /// <param name="publish">Sends: topic and payload.</param>
    /// <exception cref="UserErrorException">The book is not one.</exception>
    internal void Join(string community, MarketDomain domain, PeriodGrid grid, HomeAgent agent, Func<string, byte[], Task> publish)
    {
        (_signing, _topics, _publish, _agent) = (new FlexibilitySigning(domain), new Topics(community).Flexibility(consent.Bsp), publish, agent);
        if (_book is null || grid != _grid)
        {
            _grid = grid;
            _clock.Grid = grid;
            _book = FlexibilityBook.Open(bookPath, grid, logger);
            _desk = new FlexibilityDesk(consent, _book, grid);
        }

        agent.Commit(In);
        _pulse ??= new TelemetryPulse(key.Address.ToMember(), Current, PublishAsync, random, time, logger);
        if (_terms is { } terms)
        {
            Apply(terms);
        }
    }

    /// <summary>The BSP states its terms.</summary>
    internal void TakeTerms(MqttMessage message)
    {
        if (!WireFormat.TryReadFlexibilityTerms(message.Payload.Span, out var terms, out var error))
        {
            logger.LogWarning("The BSP's terms cannot be used: {Error}", error);
        }
        else if (terms.Content.Bsp == consent.Bsp && (_terms is null || terms.Content.Session > _terms.Content.Session))
        {
            if (_signing is null)
            {
                // Kept until the market is known, and with it what signatures are for.
                _terms = terms;
            }
            else
            {
                Apply(terms);
            }
        }
    }

    /// <summary>Judges an order.</summary>
    /// <returns>
    /// What to <see cref="Answer"/> as soon as the home goes by it: who hears that it is accepted may rely on what flows from then on. Null while no market is known.
    /// </returns>
    internal FlexibilityReply? TakeOrder(MqttMessage message)
    {
        if (_signing is null || _desk is null)
        {
            return null;
        }

        if (!WireFormat.TryReadFlexibilityOrder(message.Payload.Span, out var signed, out var error))
        {
            var reason = message.Payload.Length > WireFormat.MaxSmallBytes ? FlexibilityReason.TooLarge : FlexibilityReason.Malformed;
            return Reply(0, 0, false, 0, reason, error);
        }

        var order = signed.Content;
        if (order.Bsp != consent.Bsp || order.Member != key.Address.ToMember()
            || !FlexibilitySigning.IsSignedBy(consent.Bsp, _signing.Hash(order), signed.Signature.AsSpan()))
        {
            return Reply(order.Number, order.Id, false, 0, FlexibilityReason.WrongSignature, $"Not an order of {consent.Bsp} to this home.");
        }

        if (_desk.Take(signed, _clock.Now) is { } why)
        {
            logger.LogWarning("Order {Id} of the BSP is refused: {Reason}. {Detail}", order.Id, why.Reason, why.Detail);
            return Reply(order.Number, order.Id, false, 0, why.Reason, why.Detail);
        }

        logger.LogInformation("Order {Id} of the BSP: {Kind} {Watts} W for {Periods} periods from {First}.", order.Id, WireFormat.Code(order.Kind), order.ChangeWatts, order.Periods, order.First);
        _agent!.Commit(In);
        if (_book!.Find(order.Id) is { } held && held.First.Number == order.Number && _promised.TrueForAll(promise => promise.Order.Content.Id != order.Id))
        {
            _promised.Add(new ReservationEvidence(signed, held.Program, FlexibilitySigning.Sign(_signing.Hash(order, held.Program), key)));
            _isToldAnew = true;
            TellPromises();
        }

        return Reply(order.Number, order.Id, true, 0, null, null);
    }

    /// <summary>Signs and sends an answer.</summary>
    internal void Answer(FlexibilityReply reply) =>
        Post(_topics!.Replies(reply.Member), WireFormat.Write(new Signed<FlexibilityReply>(reply, FlexibilitySigning.Sign(_signing!.Hash(reply), key))));

    /// <summary>A bid was admitted: where it took the place of one that a promise stood against, the exchange takes the promise now.</summary>
    internal void Admitted()
    {
        if (_isToldAnew)
        {
            _isToldAnew = false;
            TellPromises();
        }
    }

    /// <summary>A gate is open: tells the market's time, which need not be the clock's.</summary>
    internal void Opened(Period period) => _clock.Opened(period);

    /// <summary>A period was run, or runs otherwise since an order came: books it, and says at once what of an order could not be held.</summary>
    internal void Ran(Delivery delivery)
    {
        _clock.Opened(delivery.Period.Next);
        _power.Ran(delivery.Period, delivery.Net, _grid, _clock.Now);
        if (_book?.In(delivery.Period, _grid) is { } order && order.In(delivery.Period, _grid) is { Ordered: { } called } commitment)
        {
            var changed = delivery.Net - commitment.Program;
            var missed = called < Energy.Zero ? changed - called : called - changed;
            if (missed.WattHours > 1)
            {
                var watts = missed.WattHours * 3_600 / _grid.LengthSeconds;
                Answer(Reply(
                    order.First.Number, order.Id, true, Math.Min(watts, WireFormat.MaxFlexibilityWatts), FlexibilityReason.Devices, $"In period {delivery.Period} {watts} W cannot be held."));
            }
        }
    }

    /// <summary>The period that was run last runs otherwise now.</summary>
    /// <returns>What devices are told for the rest of it; null where it is over.</returns>
    internal Delivery? Amended(Delivery delivery)
    {
        _toBook = ToBook(delivery) ?? _toBook;
        return _rest.From(delivery, _grid, _clock.Now);
    }

    /// <summary>
    /// The home has just begun and has run no period yet: says its program and what can be changed from the open period on, once, as soon as it knows market, round and terms, and
    /// does not wait for a round to be over.
    /// </summary>
    internal void Begin(Period open)
    {
        if (!_hasOffered && _agent is { } agent && _terms is not null)
        {
            Offer(open, HeadroomOffer.Program(null, agent.Ahead(open), In), agent.Ahead(open));
        }
    }

    /// <summary>After a local round: says what can be changed from the next period on. The last period that nothing can change any more is booked.</summary>
    /// <param name="delivery">The period that the round was for.</param>
    internal void Offer(Delivery delivery)
    {
        Book(delivery);
        _rest.Begin(delivery);
        TellPromises();
        if (_agent is { } agent && _terms is not null)
        {
            var ahead = agent.Ahead(delivery.Period.Next);
            Offer(delivery.Period, HeadroomOffer.Program(delivery.Net, ahead, In), ahead);
        }
    }

    private void Offer(Period first, ImmutableArray<Energy> energies, HomeAhead ahead)
    {
        if (_desk is not { } desk || _terms is not { } terms || _topics is null || _signing is null)
        {
            return;
        }

        _hasOffered = true;
        var member = key.Address.ToMember();
        _lastNumber = Math.Max(_lastNumber + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        var program = new NetProgram(member, consent.Bsp, _lastNumber, first, energies);
        var spans = IsPaused() ? [] : HeadroomOffer.Spans(_calculator, ahead, terms.Content, consent, _grid, desk.Standing(_clock.Now));
        var expires = _clock.Now.AddSeconds(2L * _grid.LengthSeconds).ToUnixTimeMilliseconds();
        var offer = new HomeHeadroomOffer(member, consent.Bsp, _lastNumber, expires, spans);
        desk.Offer(offer, program);

        // The program first: who has the headroom has what it changes.
        Post(_topics.Programs(member), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(_signing.Hash(program), key))));
        var headroom = WireFormat.Write(new Signed<HomeHeadroomOffer>(offer, FlexibilitySigning.Sign(_signing.Hash(offer), key)));
        Post(_topics.Headroom(member), headroom);
        KeepOffer(headroom);
    }

    public void Dispose() => _pulse?.Dispose();

    private void Apply(Signed<FlexibilityTerms> terms)
    {
        if (!FlexibilitySigning.IsSignedBy(consent.Bsp, _signing!.Hash(terms.Content), terms.Signature.AsSpan()))
        {
            logger.LogError("Terms in the name of {Bsp} are not signed by it; they are not obeyed.", consent.Bsp);
            _terms = ReferenceEquals(_terms, terms) ? null : _terms;
            return;
        }

        _terms = terms;
        _pulse!.Start(_topics!, consent.Bsp, terms.Content.TelemetrySeconds, _signing, key);
        logger.LogInformation("The BSP {Bsp} asks for headroom over {Periods} periods.", consent.Bsp, terms.Content.HoldingPeriods);
    }

    // To the exchange, which refuses bids that would sell what is promised; as long as it lasts, as the same promise twice has one effect.
    private void TellPromises()
    {
        _ = _promised.RemoveAll(promise => _book?.Find(promise.Order.Content.Id) is not { } held || held.Until <= _clock.Now);
        foreach (var promise in _promised)
        {
            Post(_topics!.Promises(key.Address.ToMember()), WireFormat.Write(promise));
        }
    }

    private void Book(Delivery delivery)
    {
        if (_toBook is { } last && _book!.Find(last.Id) is { } booked && booked.In(last.Period, _grid) is { Ordered: { } called })
        {
            _book.Ran(booked, last.Period, called, last.Net - last.Program);
        }

        _toBook = ToBook(delivery);
    }

    private (long Id, Period Period, Energy Program, Energy Net)? ToBook(Delivery delivery) =>
        _book?.In(delivery.Period, _grid) is { } order && order.In(delivery.Period, _grid) is { } commitment
            ? (order.Id, delivery.Period, commitment.Program, delivery.Net) : null;

    private FlexibilityReply Reply(long number, long id, bool accepted, long shortfall, string? reason, string? detail) =>
        new(key.Address.ToMember(), consent.Bsp, number, id, accepted, shortfall, reason, detail);

    private Task PublishAsync(string topic, byte[] payload) => _publish!(topic, payload);

    // The link keeps what is published until it has a broker again; the home does not wait for that.
    private void Post(string topic, byte[] payload) => _ = PostAsync(topic, payload);

    private async Task PostAsync(string topic, byte[] payload)
    {
        try
        {
            await PublishAsync(topic, payload).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug("Not told to the BSP: {Why}", failure.Message);
        }
    }

    private void KeepOffer(byte[] headroom)
    {
        if (bookPath is null)
        {
            return;
        }

        try
        {
            var path = FlexibilityBook.OfferBeside(bookPath);
            File.WriteAllBytes(path + ".new", headroom);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogDebug("The offer is not kept for ve flexibility: {Why}", failure.Message);
        }
    }
}
