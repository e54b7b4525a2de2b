using CsCheck;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>A provider in Sardinia and its operator, a document of each kind between them, and random ones.</summary>
internal static class EsmpExamples
{
    /// <summary>Made up, with a right check character; 10YIT-GRTN-----B and 10Y1001A1001A74G (Italy, Sardinia) are real areas.</summary>
    public static readonly CodedId Provider = Checked("10XVIRTUALENERG");

    public static readonly CodedId Operator = EnergyIdentifier.Eic("10X1001A1001A345");
    public static readonly CodedId Italy = EnergyIdentifier.Eic("10YIT-GRTN-----B");
    public static readonly CodedId Sardinia = EnergyIdentifier.Eic("10Y1001A1001A74G");
    public static readonly CodedId Unit = new("UVAM_SARD_001", "NIT");

    /// <summary>A summer afternoon, before the day of the documents.</summary>
    public static readonly DateTimeOffset Now = new(2026, 7, 14, 14, 0, 0, TimeSpan.Zero);

    public static readonly MarketDay Day = new(new DateOnly(2026, 7, 15));

    public static readonly EsmpProfile AtProvider = new()
    {
        Self = Provider, SelfRole = "A46", Partners = [new EsmpPartner(Operator, "A49")], Domains = [Italy], Processes = ["A47", "A16"], PriceFloor = 0, PriceCap = 3_000_000,
    };

    public static readonly EsmpProfile AtOperator = AtProvider with { Self = Operator, SelfRole = "A49", Partners = [new EsmpPartner(Provider, "A46")], BidGate = TimeSpan.FromMinutes(25) };

    public static readonly BidFrame Frame = new(new EsmpPartner(Operator, "A49"), Italy, Sardinia, "A47", Product: "A07");

    public static CodedId Checked(string first15) => EnergyIdentifier.Eic(first15 + EnergyIdentifier.CheckCharacter(first15));

    public static EsmpInterval IntervalOf(MarketDay day) => new(day.Start, day.End);

    /// <summary>A day of 1.5 MW up at 120.5 EUR/MWh, of which at least 0.5 MW must be taken.</summary>
    public static ReserveBidDocument Bids(MarketDay? day = null, ReserveBidVersion version = ReserveBidVersion.V74)
    {
        var of = day ?? Day;
        var periods = ValueList.From(Enumerable.Repeat(new OfferedPeriod(1_500_000, 500_000, 120_500), of.Periods(TimeSpan.FromMinutes(15))));
        return ReserveOffers.ToDocument([new ReserveOffer("UP-1", Unit, RegulationDirection.Up, of.Start, true, periods)], "BIDS-2026-07-15", 1, IntervalOf(of), Frame with { Version = version }, AtProvider, of.Start.AddHours(-8));
    }

    /// <summary>An hour of 1 MW up in the evening.</summary>
    public static ActivationDocument Order(int revision = 1, bool isCancelled = false) => ActivationOrders.ToDocument(
        [new ActivationOrder("", 0, "UP-1", Unit, RegulationDirection.Up, isCancelled, Evening.Start, [1_000_000, 1_000_000, 1_000_000, 750_000])],
        "ORDER-77", revision, Evening, Frame, new EsmpPartner(Provider, "A46"), TimeSpan.FromMinutes(15), Now);

    public static EsmpInterval Evening => new(new DateTimeOffset(2026, 7, 15, 17, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 7, 15, 18, 0, 0, TimeSpan.Zero));

    public static AllocationResultDocument Result() => new()
    {
        MRid = "RESULT-9", Revision = 2, Type = "A38", ProcessType = "A47", Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceiverRole = "A46", CreatedAt = Now, Interval = Evening, Domain = Italy,
        Series =
        [
            new AllocationSeries
            {
                MRid = "R-1", BidDocumentId = "BIDS-2026-07-15", BidDocumentRevision = 1, BidId = "UP-1", Tenderer = Provider, BusinessType = "B74", AcquiringDomain = Italy, ConnectingDomain = Sardinia,
                QuantityUnit = "MAW", Currency = "EUR", PriceUnit = "MAW", EnergyUnit = "MWH", Resource = Unit, Direction = "A01", CurveType = EsmpCurve.VariableBlocks, ShortestDuration = TimeSpan.FromMinutes(15),
                Periods = [new AllocationPeriod(Evening, TimeSpan.FromMinutes(15), [new AllocationPoint(1, 1.5m, 2.25m, EnergyPrice: 120.5m), new AllocationPoint(3, 0.75m, 2.25m, EnergyPrice: 120.5m, Reasons: [new EsmpReason("A72", "In part.")])])],
                Reasons = [new EsmpReason("A73")],
            },
        ],
        Reasons = [new EsmpReason("A06")],
    };

    public static BidAvailabilityDocument Availability() => new()
    {
        MRid = "LIMIT-3", Revision = 1, Type = "B45", ProcessType = "A47", Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceiverRole = "A46", CreatedAt = Now, Status = new EsmpStatus("A37"), Interval = Evening,
        Bids =
        [
            new AvailabilitySeries
            {
                MRid = "UP-1", BidDocumentId = "BIDS-2026-07-15", BidDocumentRevision = 1, RequestedBy = Operator, RequestedByRole = "A50", BusinessType = "C41", Domain = Sardinia,
                Limit = 0.4m, LimitUnit = "MAW", Resources = [new AvailabilityResource(Unit)], Reasons = [new EsmpReason("B46", "Cabina primaria di Oristano.")],
            },
        ],
    };

    /// <summary>Yesterday's energy of the unit.</summary>
    public static EnergyAccountDocument Account(MarketDay? day = null)
    {
        var of = day ?? new MarketDay(new DateOnly(2026, 7, 13));
        return new()
        {
            MRid = "ACCOUNT-5", Revision = 1, Type = "A12", Status = new EsmpStatus("A01"), ProcessType = "A16", Classification = "A01", Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceiverRole = "A46",
            CreatedAt = Now, Interval = IntervalOf(of), Domain = Italy,
            Series =
            [
                new AccountSeries
                {
                    MRid = "E-1", BusinessType = "A19", Product = "8716867000030", Aggregation = "A06", CurveType = EsmpCurve.FixedBlocks, Area = Sardinia, Party = Provider, Unit = "MWH", Currency = "EUR",
                    MeteringPoint = new CodedId("IT001E12345678", "NIT"),
                    Periods = [new AccountPeriod(IntervalOf(of), TimeSpan.FromMinutes(15), ValueList.From(Enumerable.Range(1, of.Periods(TimeSpan.FromMinutes(15))).Select(position => new AccountPoint(position, 0.001m * position, "A04", 0, null, -5.25m))))],
                },
            ],
        };
    }

    public static AcknowledgementDocument Acknowledgement() => new()
    {
        MRid = "ACK-1", CreatedAt = Now, Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceiverRole = "A46", ReceivedId = "BIDS-2026-07-15", ReceivedRevision = 1, ReceivedType = "A37",
        ReceivedProcess = "A47", ReceivedTitle = "bids.xml", ReceivedCreatedAt = Now, RejectedSeries = [new RejectedSeries("UP-1", 1, [new PeriodInError(Evening, [new EsmpReason("A42")])], [new EsmpReason("A20")])],
        Reasons = [new EsmpReason("A02"), new EsmpReason("A59", "Not <this> & \"that\".")], PeriodsInError = [new PeriodInError(Evening, [new EsmpReason("A04", "è")])],
    };

    public static IReadOnlyList<IEsmpDocument> All { get; } = [Bids(), Bids(version: ReserveBidVersion.V72), FullBids(), Order(), Order(isCancelled: true), ActivationOrders.Answer(Order(), "ANSWER-1", _ => new EsmpReason("B59"), Now), Result(), Availability(), Account(), Acknowledgement()];

    /// <summary>Every part that a bid can have.</summary>
    public static ReserveBidDocument FullBids()
    {
        var bids = Bids();
        return bids with
        {
            Subject = Provider, SubjectRole = "A46",
            Bids =
            [
                bids.Bids[0] with
                {
                    AuctionId = "MFRR", Provider = Provider, PriceUnit = "MAW", LinkedBids = "L", MultipartBid = "M", ExclusiveBids = "X", BlockBid = "A02", Priority = 3, StepIncrement = 0.1m, AgreementType = "A01",
                    AgreementId = "C", AgreementCreatedAt = Now, ActivationTime = TimeSpan.FromSeconds(750), RestingTime = TimeSpan.FromHours(2), ShortestDuration = TimeSpan.FromMinutes(5), LongestDuration = TimeSpan.FromDays(1),
                    OriginalProduct = "A02", Validity = Evening, InclusiveBids = "I", Technology = "B25", Zones = [new BidZone(Sardinia, "SARD")], Reasons = [new EsmpReason("A95", "x")], Links = [new LinkedBid("L-1", new EsmpStatus("A55"))],
                    ProcuredFor = new EsmpParty(Operator), SharedWith = [new EsmpParty(Operator)], ExchangedWith = [new EsmpParty(Operator), new EsmpParty(Provider)],
                },
            ],
        };
    }

    /// <summary>Random bids over a part of any day, the days when the clocks change among them.</summary>
    public static Gen<ReserveBidDocument> RandomBids { get; } =
        from date in Gen.OneOf(Gen.Int[0, 3_000].Select(day => new DateOnly(2022, 1, 1).AddDays(day)), OneOf(new DateOnly(2026, 3, 29), new DateOnly(2026, 10, 25)))
        let day = new MarketDay(date)
        let all = day.Periods(TimeSpan.FromMinutes(15))
        from version in OneOf(ReserveBidVersion.V74, ReserveBidVersion.V72)
        from offers in RandomOffer(day, all).List[0, 6]
        from revision in Gen.Int[1, 999]
        select ReserveOffers.ToDocument(offers.Select((offer, at) => offer with { Id = $"B-{at}" }), $"D-{date:yyyyMMdd}", revision, IntervalOf(day), Frame with { Version = version }, AtProvider, day.Start.AddHours(-10));

    private static Gen<ReserveOffer> RandomOffer(MarketDay day, int all) =>
        from first in Gen.Int[0, all - 1]
        from count in Gen.Int[1, all - first]
        from divisible in Gen.Bool
        from direction in OneOf(RegulationDirection.Up, RegulationDirection.Down)
        from resource in OneOf<CodedId?>(null, Unit, Sardinia)
        from periods in RandomPeriod(divisible).Array[count]
        select new ReserveOffer("", resource, direction, day.Start.AddMinutes(15 * first), divisible, ValueList.From(periods));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static Gen<OfferedPeriod> RandomPeriod(bool divisible) =>
        from watts in Gen.OneOf(Gen.Long[0, 5_000_000], Gen.Long[0, 1_000_000_000_000])
        from least in Gen.Long[0, watts]
        from price in Gen.Long[-100_000_000, 3_000_000]
        select new OfferedPeriod(watts, divisible ? least : watts, price);
}
