using CsCheck;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>An aggregator and a grid operator with a congestion point, and a message of each kind.</summary>
internal static class UftpExamples
{
    public const string Aggregator = "agr.example.org";
    public const string GridOperator = "dso.example.org";
    public const string Registry = "cro.example.org";

    /// <summary>The specification's own examples of addresses.</summary>
    public const string CongestionPoint = "ean.871685900012636543";

    public const string OtherPoint = "ea1.2013-11.info.usef.test:001:002.090807002a&b#";

    public static readonly DateOnly Day = new(2026, 7, 15);

    /// <summary>16:00 local time on the day before.</summary>
    public static readonly DateTimeOffset Now = new(2026, 7, 14, 14, 0, 0, TimeSpan.Zero);

    public static readonly byte[] AggregatorKey = [.. Enumerable.Range(0, 32).Select(at => (byte)at)];
    public static readonly byte[] OperatorKey = [.. Enumerable.Range(100, 32).Select(at => (byte)at)];

    private static readonly UftpParticipant TheAggregator = new(Aggregator, UftpRole.AGR, SealedMessage.WriteKey(SealedMessage.PublicKeyOf(AggregatorKey)), new Uri("http://agr" + UftpEndpoints.Path));
    private static readonly UftpParticipant TheOperator = new(GridOperator, UftpRole.DSO, SealedMessage.WriteKey(SealedMessage.PublicKeyOf(OperatorKey)), new Uri("http://dso" + UftpEndpoints.Path));

    public static readonly UftpProfile AtAggregator = new() { Domain = Aggregator, Role = UftpRole.AGR, Participants = [TheOperator], CongestionPoints = [CongestionPoint] };

    public static readonly UftpProfile AtOperator = new() { Domain = GridOperator, Role = UftpRole.DSO, Participants = [TheAggregator], CongestionPoints = [CongestionPoint] };

    private static int _ids;

    public static Guid Id() => new(Interlocked.Increment(ref _ids), 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]);

    /// <summary>From 19:00 to 20:00 (periods 77 to 80) 20 kW less at least, up to 60; room for 100 kW more in the hour after.</summary>
    public static FlexRequest Request(long revision = 1, Guid? conversation = null) => new()
    {
        Version = "3.0.0", SenderDomain = GridOperator, RecipientDomain = Aggregator, TimeStamp = Now, MessageId = Id(), ConversationId = conversation ?? Id(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome",
        Period = Day, CongestionPoint = CongestionPoint, Revision = revision, ExpiresAt = Now.AddHours(6), ContractId = "W-EVENING", ServiceType = "restore",
        Isps = [new FlexRequestIsp(FlexDisposition.Requested, -60_000, -20_000, 77, 4), new FlexRequestIsp(FlexDisposition.Available, 0, 100_000, 81, 4)],
    };

    /// <summary>50 kW less for the hour at 12.50 EUR, whole or at least half of it.</summary>
    public static FlexPlan Plan() => new([new FlexPlanOption("A", 12_500_000, 50, [new IspPower(-50_000, 77, 4), new IspPower(30_000, 81, 2)])], Now.AddHours(5));

    public static FlexOffer Offer(FlexRequest? request = null) => new()
    {
        Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = GridOperator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome",
        Period = Day, CongestionPoint = CongestionPoint, ExpiresAt = Now.AddHours(5), Unsolicited = request is null, FlexRequestMessageId = request?.MessageId, ContractId = "W-EVENING", DPrognosisMessageId = Id(), BaselineReference = "B",
        Currency = "EUR", Options = [new FlexOfferOption { Reference = "A", Price = 12.5m, MinActivationFactor = 0.5m, Isps = [new IspPower(-50_000, 77, 4), new IspPower(30_000, 81)] }, new FlexOfferOption { Reference = "B", Price = -0.0001m, Isps = [new IspPower(1, 1)] }],
    };

    public static FlexOrder Order(FlexOffer offer, decimal factor = 1m, string reference = "ORD-1")
    {
        var option = offer.Options[0];
        return new()
        {
            Version = "3.0.0", SenderDomain = GridOperator, RecipientDomain = Aggregator, TimeStamp = Now, MessageId = Id(), ConversationId = offer.ConversationId, IspDuration = offer.IspDuration, TimeZone = offer.TimeZone,
            Period = offer.Period, CongestionPoint = offer.CongestionPoint, FlexOfferMessageId = offer.MessageId, ContractId = offer.ContractId, Price = option.Price * factor, Currency = offer.Currency, OrderReference = reference,
            OptionReference = option.Reference, ActivationFactor = factor, Isps = ValueList.From(option.Isps.Select(isp => isp with { Power = (long)(isp.Power * factor) })),
        };
    }

    public static FlexSettlement Settlement(FlexOrder order, Func<IspPower, long>? delivered = null, decimal? penalty = null) => new()
    {
        Version = "3.0.0", SenderDomain = GridOperator, RecipientDomain = Aggregator, TimeStamp = Now.AddDays(20), MessageId = Id(), ConversationId = Id(), Result = UftpResult.Accepted, PeriodStart = Day, PeriodEnd = Day, Currency = "EUR",
        Orders =
        [
            new FlexOrderSettlement
            {
                OrderReference = order.OrderReference, Period = order.Period, CongestionPoint = order.CongestionPoint, ContractId = order.ContractId, Price = order.Price, Penalty = penalty, NetSettlement = order.Price - (penalty ?? 0),
                Isps = ValueList.From(order.Isps.Select(isp =>
                {
                    var flex = delivered?.Invoke(isp) ?? isp.Power;
                    return new SettledIsp(isp.Start, isp.Duration, 200_000, isp.Power, 200_000 + flex, flex, Math.Max(0, (isp.Power - flex) * Math.Sign(isp.Power)));
                })),
            },
        ],
        Contracts = [new ContractSettlement { ContractId = "W-EVENING", Periods = [new ContractPeriod { Period = Day, Isps = [new ContractIsp(77, 4, -60_000, -60_000, -60_000, -50_000, -50_000)] }] }],
    };

    public static DPrognosis Prognosis(long revision = 1) => new()
    {
        Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = GridOperator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome", Period = Day, CongestionPoint = CongestionPoint,
        Revision = revision, Isps = [new IspPower(200_000, 1, 96)],
    };

    public static Metering Metering() => new()
    {
        Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = GridOperator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), Revision = 1, IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome", Period = Day,
        Meter = "E0871685900012636",
        Profiles =
        [
            new MeteringProfile { Type = MeteringProfileType.Power, Unit = MeteringUnit.kW, Isps = [new MeteredIsp(77, -12.345m), new MeteredIsp(78, 0m)] },
            new MeteringProfile { Type = MeteringProfileType.ImportMeterReading, Unit = MeteringUnit.kWh, Isps = [new MeteredIsp(96, 123_456.789m)] },
        ],
    };

    public static FlexReservationUpdate Reservation() => new()
    {
        Version = "3.0.0", SenderDomain = GridOperator, RecipientDomain = Aggregator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), IspDuration = TimeSpan.FromMinutes(15), TimeZone = "Europe/Rome", Period = Day,
        CongestionPoint = CongestionPoint, ContractId = "W-EVENING", Reference = "R-1", Isps = [new IspPower(-40_000, 77, 2), new IspPower(0, 79, 2)],
    };

    public static IReadOnlyList<UftpMessage> All { get; } = Every();

    /// <summary>Random offers, valid by their schema.</summary>
    public static Gen<FlexOffer> RandomOffers { get; } =
        from options in (from reference in Gen.Int[0, 99]
                         from price in Gen.Int[-10_000_000, 10_000_000]
                         from factor in Gen.Int[0, 100]
                         from powers in Gen.Long[-IspPower.Most, IspPower.Most].Array[1, 48]
                         from length in Gen.Int[0, 2]
                         select new FlexOfferOption
                         {
                             Reference = $"O-{reference}", Price = price / 10_000m, MinActivationFactor = factor == 0 ? null : factor / 100m,
                             Isps = ValueList.From(powers.Select((power, at) => new IspPower(power, 1 + (at * Math.Max(1, length)), length == 0 ? null : length))),
                         }).Array[1, 5]
        from solicited in Gen.Bool
        from seconds in Gen.Int[1, 18_000]
        from ticks in Gen.Int[0, 9_999_999]
        select Offer() with { ExpiresAt = Now.AddSeconds(seconds).AddTicks(ticks), TimeStamp = Now.AddTicks(ticks).ToOffset(TimeSpan.FromHours(2)), Unsolicited = !solicited, FlexRequestMessageId = solicited ? Id() : null, Options = ValueList.From(options) };

    private static List<UftpMessage> Every()
    {
        var (request, offer) = (Request(), Offer(Request()));
        var order = Order(offer, 0.5m);
        var (agr, dso) = (new UftpWriter(AtAggregator, TimeProvider.System, Id), new UftpWriter(AtOperator, TimeProvider.System, Id));
        var query = new AgrPortfolioQuery { Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = Registry, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), TimeZone = "Europe/Rome", Period = Day };
        var update = new AgrPortfolioUpdate { Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = Registry, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), TimeZone = "Europe/Rome", Connections = [new PortfolioConnection(OtherPoint, Day, Day.AddDays(30)), new PortfolioConnection(CongestionPoint, Day)] };
        var revocation = new FlexOfferRevocation { Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = GridOperator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), FlexOfferMessageId = offer.MessageId };
        var test = new TestMessage { Version = "3.0.0", SenderDomain = Aggregator, RecipientDomain = GridOperator, TimeStamp = Now, MessageId = Id(), ConversationId = Id() };
        return
        [
            request, agr.Answer(request, ["ISP conflict", "Period out of bounds"])!, offer, dso.Answer(offer, [])!, revocation, dso.Answer(revocation, [])!, order, agr.Answer(order, [])!,
            Reservation(), agr.Answer(Reservation(), [])!, Prognosis(), (DPrognosisResponse)dso.Answer(Prognosis(), [])! with { Orders = [new FlexOrderStatus(order.MessageId, true)] }, Settlement(order, penalty: 0.25m),
            agr.Answer(Settlement(order), [], [new FlexOrderSettlementStatus("ORD-1", SettlementDisposition.Disputed, "We measured less.")])!, agr.Answer(Settlement(order), ["Missing Settlement Items"])!, test, dso.Answer(test, [])!, query, update, Metering(), dso.Answer(Metering(), [])!,
            new AgrPortfolioUpdateResponse { Version = "3.0.0", SenderDomain = Registry, RecipientDomain = Aggregator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), Result = UftpResult.Accepted, AgrPortfolioUpdateMessageId = update.MessageId },
            new AgrPortfolioQueryResponse
            {
                Version = "3.0.0", SenderDomain = Registry, RecipientDomain = Aggregator, TimeStamp = Now, MessageId = Id(), ConversationId = Id(), Result = UftpResult.Accepted, AgrPortfolioQueryMessageId = query.MessageId, TimeZone = "Europe/Rome", Period = Day,
                Views = [new DsoView { Portfolios = [new DsoPortfolio { DsoDomain = GridOperator, CongestionPoints = [new PortfolioCongestionPoint { EntityAddress = CongestionPoint, MutexOffersSupported = true, DayAheadRedispatchBy = RedispatchBy.AGR, IntradayRedispatchBy = RedispatchBy.DSO, Connections = [new EntityRef(OtherPoint)] }] }], Connections = [new EntityRef(OtherPoint)] }],
            },
        ];
    }
}
