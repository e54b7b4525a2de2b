using System.Text;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.Tests;

/// <summary>
/// Market documents and flexibility messages, damaged by seed: bytes changed, cut, put in; elements doubled, dropped, exchanged; values
/// replaced. Whatever is read must be written and read back the same, what is accepted must keep the rules, and nothing may throw.
/// </summary>
internal static class DocumentNoise
{
    private static readonly DateTimeOffset Now = new(2026, 7, 14, 14, 0, 0, TimeSpan.Zero);
    private static readonly CodedId Operator = EnergyIdentifier.Eic("10X1001A1001A345");
    private static readonly CodedId Provider = EnergyIdentifier.Eic("10X1001A1001A264");
    private static readonly CodedId Area = EnergyIdentifier.Eic("10YIT-GRTN-----B");
    private static readonly EsmpInterval Hour = new(new DateTimeOffset(2026, 7, 15, 17, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 7, 15, 18, 0, 0, TimeSpan.Zero));
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private static readonly EsmpProfile AtProvider = new() { Self = Provider, SelfRole = "A46", Partners = [new EsmpPartner(Operator, "A49")] };
    private static readonly EsmpProfile AtOperator = new() { Self = Operator, SelfRole = "A49", Partners = [new EsmpPartner(Provider, "A46")] };
    private static readonly BidFrame Frame = new(new EsmpPartner(Operator, "A49"), Area, Area, "A47");

    private static readonly string[] Values =
        ["", " ", "0", "-0", "-1", "1e9", "NaN", "INF", "999999999999999999999999999999", "0.00000000000000000000000000000001", "A01", "A99", "PT15M", "PT0S", "P99999D", "2026-02-30T00:00Z", "9999-12-31T23:45Z", "0001-01-01T00:00Z",
         "&lt;", "&#x10FFFF;", "\u202e", "è", "10YIT-GRTN-----B", "true", "1", "<x/>", "]]>", "<![CDATA[x]]>", "<!-- -->", "<?x?>", "&y;"];

    private static readonly byte[][] Esmp =
    [
        EsmpCodec.Write(Bids(ReserveBidVersion.V74)), EsmpCodec.Write(Bids(ReserveBidVersion.V72)), EsmpCodec.Write(Order()),
        EsmpCodec.Write(ActivationOrders.Answer(Order(), "ANSWER", _ => new EsmpReason("B59", "x"), Now) with { Receiver = Provider, Sender = Operator, SenderRole = "A49", ReceiverRole = "A46" }),
        EsmpCodec.Write(new AcknowledgementDocument { MRid = "ACK", CreatedAt = Now, Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceivedId = "BIDS", ReceivedRevision = 1, Reasons = [new EsmpReason("A02"), new EsmpReason("A59", "why")], RejectedSeries = [new RejectedSeries("B-1", Reasons: [new EsmpReason("A20")])] }),
        EsmpCodec.Write(new EnergyAccountDocument
        {
            MRid = "ACCOUNT", Revision = 1, Type = "A12", Status = new EsmpStatus("A01"), ProcessType = "A16", Classification = "A01", Sender = Operator, SenderRole = "A49", Receiver = Provider, ReceiverRole = "A46", CreatedAt = Now,
            Interval = new EsmpInterval(Hour.Start.AddDays(-3), Hour.End.AddDays(-3)),
            Series = [new AccountSeries { MRid = "E", BusinessType = "A19", Product = "8716867000030", Aggregation = "A06", CurveType = EsmpCurve.VariableBlocks, Area = Area, Unit = "KWH", Currency = "EUR", Periods = [new AccountPeriod(new EsmpInterval(Hour.Start.AddDays(-3), Hour.End.AddDays(-3)), Quarter, [new AccountPoint(1, 1.5m, null, 0, null, 0.1m), new AccountPoint(3, 2, "A04", 0, null)])] }],
        }),
    ];

    private static readonly byte[][] Orders = [EsmpCodec.Write(Order(1)), EsmpCodec.Write(Order(2)), EsmpCodec.Write(Order(3))];

    private static readonly byte[] AgrKey = [.. Enumerable.Range(0, 32).Select(at => (byte)at)];
    private static readonly UftpProfile AtAggregator = new() { Domain = "agr.example.org", Role = UftpRole.AGR, CongestionPoints = ["ean.871685900012636543"], Participants = [new UftpParticipant("dso.example.org", UftpRole.DSO, SealedMessage.WriteKey(SealedMessage.PublicKeyOf(AgrKey)))] };

    private static readonly byte[][] Uftp = [UftpCodec.Write(Request()), UftpCodec.Write(FlexOrder(Guid.Empty)), UftpCodec.Write(Settlement())];

    public static readonly IReadOnlyList<(string Family, Func<Random, bool> ReadOne)> Families =
    [
        ("ESMP documents", ReadEsmp),
        ("ESMP intakes", TakeIn),
        ("UFTP messages", ReadUftp),
        ("UFTP conversations", Converse),
        ("UFTP covers", OpenCover),
    ];

    private static bool ReadEsmp(Random random)
    {
        var reading = EsmpCodec.Read(Damaged(Esmp[random.Next(Esmp.Length)], random));
        if (reading.Document is not { } document)
        {
            return reading.Faults.Count is > 0 and <= 20 ? false : throw new InvalidOperationException("Refused without a reason.");
        }

        Same(document, EsmpCodec.Read(EsmpCodec.Write(document)).Document);
        if (EsmpRules.Check(document, document.Receiver == Operator ? AtOperator : AtProvider, Now).Count == 0)
        {
            // What keeps the rules says everything in whole numbers.
            _ = document switch
            {
                ReserveBidDocument bids => ReserveOffers.Of(bids).Sum(offer => offer.Periods.Count),
                ActivationDocument orders => ActivationOrders.Of(orders).Sum(order => order.Watts.Count),
                EnergyAccountDocument account => MarketResults.Of(account).Sum(one => one.Periods.Count),
                _ => 0,
            };
        }

        return true;
    }

    private static bool TakeIn(Random random)
    {
        var applied = 0;
        var intake = new EsmpIntake(AtProvider, new Fixed(), () => "ACK", _ =>
        {
            applied++;
            return [];
        });
        var (documents, accepted) = (random.Next(1, 4), 0);
        for (var number = 0; number < documents; number++)
        {
            var receipt = intake.Receive(Damaged(Orders[random.Next(Orders.Length)], random));
            accepted += receipt.Outcome == EsmpOutcome.Accepted ? 1 : 0;
            if (receipt.Acknowledgement is { } acknowledgement)
            {
                EsmpCodec.Write(acknowledgement);
            }
        }

        return applied == accepted ? accepted > 0 : throw new InvalidOperationException("An effect without acceptance, or the other way round.");
    }

    private static bool ReadUftp(Random random)
    {
        if (UftpCodec.Read(Damaged(Uftp[random.Next(Uftp.Length)], random), out var faults) is not { } message)
        {
            return faults.Count is > 0 and <= 20 ? false : throw new InvalidOperationException("Refused without a reason.");
        }

        Same(message, UftpCodec.Read(UftpCodec.Write(message), out _));
        UftpRules.Check(message, AtAggregator, Now);
        return true;
    }

    private static bool Converse(Random random)
    {
        var (reserved, time) = (0, new Fixed());
        var ids = 0;
        var desk = new AggregatorDesk(AtAggregator, new AggregatorDecisions
        {
            Plan = _ => new FlexPlan([new FlexPlanOption("A", 12_500_000, 50, [new IspPower(-50_000, 77, 4)])], Now.AddHours(1)),
            Reserve = (_, _) =>
            {
                reserved++;
                return null;
            },
        }, time, () => new Guid(++ids, 0, 0, new byte[8]));
        foreach (var answer in Tell(desk, Uftp[0], random))
        {
            if (answer is FlexOffer offer)
            {
                Tell(desk, UftpCodec.Write(FlexOrder(offer.MessageId)), random);
                Tell(desk, UftpCodec.Write(FlexOrder(offer.MessageId) with { OrderReference = "again" }), random);
            }
        }

        time.Days = 20;
        Tell(desk, Uftp[2], random);
        return reserved == desk.Trades.Count(trade => trade.Order is not null) && reserved <= 1 ? reserved > 0 : throw new InvalidOperationException("Sold twice, or an order without a reservation.");
    }

    private static IReadOnlyList<UftpMessage> Tell(AggregatorDesk desk, byte[] bytes, Random random)
    {
        var message = UftpCodec.Read(random.Next(3) == 0 ? Damaged(bytes, random) : bytes, out _);
        var answers = desk.Receive(new UftpArrival(200, message, AtAggregator.Participants[0]));
        foreach (var answer in answers)
        {
            UftpCodec.Write(answer);
        }

        return answers;
    }

    private static bool OpenCover(Random random)
    {
        // A signature costs more than all else, so most are left out.
        var inner = random.Next(8) == 0 ? SealedMessage.Seal(Uftp[0], AgrKey) : [.. new byte[64], .. Uftp[0]];
        var cover = UftpCodec.Write(new SignedMessage { SenderDomain = random.Next(4) == 0 ? "other.example.org" : "dso.example.org", SenderRole = UftpRole.DSO, Body = Convert.ToBase64String(inner) });
        var arrival = new UftpMailbox(AtAggregator, AgrKey).Open(Damaged(cover, random));
        return arrival.Status is 200 or 400 or 401 or 419 ? arrival.Message is not null : throw new InvalidOperationException($"Status {arrival.Status}.");
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        var text = Encoding.UTF8.GetString(whole);
        for (var times = random.Next(3); times > 0; times--)
        {
            text = Changed(text, random);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(8))
        {
            case 0 when bytes.Length > 0:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length + 1)];
            default:
                return bytes;
        }
    }

    private static string Changed(string text, Random random)
    {
        var (starts, ends) = (Positions(text, '<'), Positions(text, '>'));
        if (starts.Count < 2 || ends.Count < 2)
        {
            return text;
        }

        var start = starts[random.Next(starts.Count)];
        var end = text.IndexOf('>', start) + 1;
        var value = Values[random.Next(Values.Length)];
        switch (random.Next(6))
        {
            case 0: // a text between tags
                var next = text.IndexOf('<', end);
                return next < 0 ? text : text[..end] + value + text[next..];
            case 1: // an attribute's value
                var from = text.IndexOf('"', start) + 1;
                var until = from == 0 ? -1 : text.IndexOf('"', from);
                return until < 0 ? text : text[..from] + value + text[until..];
            case 2: // a tag dropped
                return text[..start] + text[end..];
            case 3: // a tag doubled
                return text[..end] + text[start..];
            case 4: // a run of the document moved
                var (a, b) = (starts[random.Next(starts.Count)], starts[random.Next(starts.Count)]);
                return a >= b ? text : text[..a] + text[b..] + text[a..b];
            default: // something put in
                return text[..start] + value + text[start..];
        }
    }

    private static List<int> Positions(string text, char letter)
    {
        var found = new List<int>();
        for (var at = text.IndexOf(letter); at >= 0; at = text.IndexOf(letter, at + 1))
        {
            found.Add(at);
        }

        return found;
    }

    private static void Same<T>(T one, T? other)
        where T : class
    {
        if (!one.Equals(other))
        {
            throw new InvalidOperationException($"Not the same after writing: {one}");
        }
    }

    private static ReserveBidDocument Bids(ReserveBidVersion version) => ReserveOffers.ToDocument(
        [new ReserveOffer("B-1", Area, RegulationDirection.Up, Hour.Start, true, [new OfferedPeriod(1_500_000, 500_000, 120_500), new OfferedPeriod(1, 0, -5)]), new ReserveOffer("B-2", null, RegulationDirection.Down, Hour.Start.AddMinutes(15), false, [new OfferedPeriod(7_000_000, 7_000_000, 1)])],
        "BIDS", 1, Hour, Frame with { Version = version }, AtProvider, Now);

    private static ActivationDocument Order(int revision = 1) =>
        ActivationOrders.ToDocument([new ActivationOrder("", 0, "B-1", Area, RegulationDirection.Up, false, Hour.Start, [1_000_000, 750_000])], "ORDER", revision, Hour, Frame, new EsmpPartner(Provider, "A46"), Quarter, Now);

    private static FlexRequest Request() => new()
    {
        Version = "3.0.0", SenderDomain = "dso.example.org", RecipientDomain = "agr.example.org", TimeStamp = Now, MessageId = new Guid(1, 1, 1, new byte[8]), ConversationId = new Guid(1, 1, 2, new byte[8]), IspDuration = Quarter, TimeZone = "Europe/Rome",
        Period = new DateOnly(2026, 7, 15), CongestionPoint = "ean.871685900012636543", Revision = 1, ExpiresAt = Now.AddHours(6), Isps = [new FlexRequestIsp(FlexDisposition.Requested, -60_000, -20_000, 77, 4), new FlexRequestIsp(FlexDisposition.Available, 0, 100_000, 81)],
    };

    private static FlexOrder FlexOrder(Guid offer) => new()
    {
        Version = "3.0.0", SenderDomain = "dso.example.org", RecipientDomain = "agr.example.org", TimeStamp = Now, MessageId = new Guid(1, 1, 3, new byte[8]), ConversationId = new Guid(1, 1, 2, new byte[8]), IspDuration = Quarter, TimeZone = "Europe/Rome",
        Period = new DateOnly(2026, 7, 15), CongestionPoint = "ean.871685900012636543", FlexOfferMessageId = offer, Price = 12.5m, Currency = "EUR", OrderReference = "ORD", OptionReference = "A", ActivationFactor = 1m, Isps = [new IspPower(-50_000, 77, 4)],
    };

    private static FlexSettlement Settlement() => new()
    {
        Version = "3.0.0", SenderDomain = "dso.example.org", RecipientDomain = "agr.example.org", TimeStamp = Now.AddDays(20), MessageId = new Guid(1, 1, 4, new byte[8]), ConversationId = new Guid(1, 1, 5, new byte[8]), PeriodStart = new DateOnly(2026, 7, 15), PeriodEnd = new DateOnly(2026, 7, 15), Currency = "EUR",
        Orders = [new FlexOrderSettlement { OrderReference = "ORD", Period = new DateOnly(2026, 7, 15), CongestionPoint = "ean.871685900012636543", Price = 12.5m, NetSettlement = 12.5m, Isps = [new SettledIsp(77, 4, 200_000, -50_000, 150_000, -50_000)] }],
    };

    private sealed class Fixed : TimeProvider
    {
        public int Days { get; set; }

        public override DateTimeOffset GetUtcNow() => Now.AddDays(Days);
    }
}
