using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.Devnet.Dso;

/// <summary>
/// A simulated distribution system operator, the other side of UFTP: asks for flexibility at a congestion point, finds offers right, orders, and
/// settles by the prognoses and meter values that the aggregator sends. Over HTTP, with signatures.
/// </summary>
internal sealed class SimulatedDso : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly byte[] _seed;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _came = new(0);
    private readonly Lock _gate = new();
    private readonly List<UftpMessage> _received = [];
    private UftpMailbox? _mailbox;
    private UftpClient? _client;
    private UftpWriter? _writer;

    private SimulatedDso(WebApplication app, string domain, string congestionPoint, byte[] seed, TimeProvider time) =>
        (_app, Domain, CongestionPoint, _seed, _time) = (app, domain, congestionPoint, seed, time);

    public string Domain { get; }

    public string CongestionPoint { get; }

    /// <summary>As it is told to the aggregator.</summary>
    public string PublicKey => SealedMessage.WriteKey(SealedMessage.PublicKeyOf(_seed));

    public Uri Endpoint => new(_app.Urls.First() + UftpEndpoints.Path);

    /// <summary>While false it is not there: messages are answered by 503.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What came, oldest first; copies of the same message once.</summary>
    public IReadOnlyList<UftpMessage> Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    public static async Task<SimulatedDso> StartAsync(string domain, string congestionPoint, byte[] seed, TimeProvider time, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var dso = new SimulatedDso(app, domain, congestionPoint, seed, time);
        app.Use((context, next) =>
        {
            if (dso.IsUp && dso._mailbox is not null)
            {
                return next(context);
            }

            context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.MapUftp(bytes => dso._mailbox!.Open(bytes), dso.Receive, message => _ = dso.SendAsync(message, CancellationToken.None));
        await app.StartAsync(cancellation);
        return dso;
    }

    /// <summary>Gets to know an aggregator; before that nobody's messages are taken.</summary>
    public void Meet(string aggregator, string publicKey, Uri endpoint)
    {
        var profile = new UftpProfile
        {
            Domain = Domain, Role = UftpRole.DSO, Participants = [new UftpParticipant(aggregator, UftpRole.AGR, publicKey, endpoint)], CongestionPoints = [CongestionPoint],
        };
        _writer = new UftpWriter(profile, _time, Guid.NewGuid);
        _client = new UftpClient(_http, profile, _mailbox ??= new UftpMailbox(profile, _seed), TimeProvider.System);
        Aggregator = aggregator;
    }

    public string Aggregator { get; private set; } = "";

    public Task SendAsync(UftpMessage message, CancellationToken cancellation) => _client!.SendAsync(message, cancellation);

    /// <summary>The bytes that are posted for a message, signed.</summary>
    public byte[] Seal(UftpMessage message) => _mailbox!.Seal(message);

    /// <summary>Waits for a message.</summary>
    /// <exception cref="OperationCanceledException">It does not come.</exception>
    public async Task<T> NextAsync<T>(Func<T, bool> isIt, CancellationToken cancellation)
        where T : UftpMessage
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Patience);
        while (true)
        {
            if (Received.OfType<T>().FirstOrDefault(isIt) is { } found)
            {
                return found;
            }

            await _came.WaitAsync(deadline.Token);
        }
    }

    /// <summary>Asks for a change of power between two bounds, W, + consumption, in a run of quarters of an hour.</summary>
    public FlexRequest Request(DateOnly day, int start, int count, long minPower, long maxPower, DateTimeOffset expires, string? contract = null)
    {
        var (version, self, now, id) = _writer!.Head;
        return new FlexRequest
        {
            Version = version, SenderDomain = self, RecipientDomain = Aggregator, TimeStamp = now, MessageId = id, ConversationId = Guid.NewGuid(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome", Period = day,
            CongestionPoint = CongestionPoint, Revision = 1, ExpiresAt = expires, ContractId = contract, Isps = [new FlexRequestIsp(FlexDisposition.Requested, minPower, maxPower, start, count)],
        };
    }

    /// <summary>Orders an offer's first option, or a part of it.</summary>
    public FlexOrder Order(FlexOffer offer, decimal factor, string reference)
    {
        var (version, self, now, id) = _writer!.Head;
        var option = offer.Options[0];
        return new FlexOrder
        {
            Version = version, SenderDomain = self, RecipientDomain = Aggregator, TimeStamp = now, MessageId = id, ConversationId = offer.ConversationId, IspDuration = offer.IspDuration, TimeZone = offer.TimeZone, Period = offer.Period,
            CongestionPoint = offer.CongestionPoint, FlexOfferMessageId = offer.MessageId, ContractId = offer.ContractId, DPrognosisMessageId = offer.DPrognosisMessageId, Price = option.Price * factor, Currency = offer.Currency,
            OrderReference = reference, OptionReference = option.Reference, ActivationFactor = factor, Isps = ValueList.From(option.Isps.Select(isp => isp with { Power = (long)(isp.Power * factor) })),
        };
    }

    /// <summary>Gives back what of a contract it does not need on a day.</summary>
    public FlexReservationUpdate Release(DateOnly day, string contract, int start, int count)
    {
        var (version, self, now, id) = _writer!.Head;
        return new FlexReservationUpdate
        {
            Version = version, SenderDomain = self, RecipientDomain = Aggregator, TimeStamp = now, MessageId = id, ConversationId = Guid.NewGuid(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome", Period = day,
            CongestionPoint = CongestionPoint, ContractId = contract, Reference = $"release-{day:yyyyMMdd}", Isps = [new IspPower(0, start, count)],
        };
    }

    /// <summary>Settles orders of one day by the day's prognosis and the meter values that came for it; a penalty of the price's part that was not delivered.</summary>
    public FlexSettlement Settle(DateOnly day, params FlexOrder[] orders)
    {
        var (version, self, now, id) = _writer!.Head;
        var baseline = Received.OfType<DPrognosis>().Last(prognosis => prognosis.Period == day).Isps.SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at => (at, isp.Power))).ToDictionary(isp => isp.at, isp => isp.Power);
        var metered = Received.OfType<Metering>().Last(metering => metering.Period == day).Profiles.Single(profile => profile.Type == MeteringProfileType.Power).Isps.ToDictionary(isp => isp.Start, isp => (long)(isp.Value * 1_000m));
        return new FlexSettlement
        {
            Version = version, SenderDomain = self, RecipientDomain = Aggregator, TimeStamp = now, MessageId = id, ConversationId = Guid.NewGuid(), Result = UftpResult.Accepted, PeriodStart = day, PeriodEnd = day, Currency = "EUR",
            Orders = ValueList.From(orders.Select(order => Settle(order, baseline, metered))),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
        _came.Dispose();
    }

    private static FlexOrderSettlement Settle(FlexOrder order, Dictionary<int, long> baseline, Dictionary<int, long> metered)
    {
        var isps = order.Isps.SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at =>
        {
            var delivered = metered[at] - baseline[at];
            return new SettledIsp(at, 1, baseline[at], isp.Power, metered[at], delivered, Math.Max(0, (isp.Power - delivered) * Math.Sign(isp.Power)));
        })).ToList();
        var penalty = Math.Round(order.Price * isps.Sum(isp => isp.PowerDeficiency!.Value) / Math.Max(1, isps.Sum(isp => Math.Abs(isp.OrderedFlexPower))), 4);
        return new FlexOrderSettlement
        {
            OrderReference = order.OrderReference, Period = order.Period, CongestionPoint = order.CongestionPoint, ContractId = order.ContractId, DPrognosisMessageId = order.DPrognosisMessageId, Price = order.Price,
            Penalty = penalty == 0 ? null : penalty, NetSettlement = order.Price - penalty, Isps = ValueList.From(isps),
        };
    }

    private IReadOnlyList<UftpMessage> Receive(UftpArrival arrival)
    {
        if (arrival.Message is not { } message || arrival.Rejection is not null)
        {
            return [];
        }

        lock (_gate)
        {
            _received.Add(message);
        }

        _came.Release();
        return message is FlexOffer or FlexOfferRevocation or DPrognosis or Metering or TestMessage && _writer!.Answer(message, []) is { } answer ? [answer] : [];
    }
}
