using System.Collections.Immutable;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Something that came to the gateway's books, and when: the books are what follows from all of them, in order.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "entry")]
[JsonDerivedType(typeof(ProgramEntry), "program")]
[JsonDerivedType(typeof(FreezeEntry), "freeze")]
[JsonDerivedType(typeof(RosterEntry), "roster")]
[JsonDerivedType(typeof(OfferEntry), "offer")]
[JsonDerivedType(typeof(ResultEntry), "result")]
[JsonDerivedType(typeof(BalancingEntry), "balancing")]
[JsonDerivedType(typeof(RevocationEntry), "revocation")]
[JsonDerivedType(typeof(LimitationEntry), "limitation")]
[JsonDerivedType(typeof(WithdrawalEntry), "withdrawal")]
[JsonDerivedType(typeof(StagesEntry), "stages")]
[JsonDerivedType(typeof(DocumentEntry), "document")]
[JsonDerivedType(typeof(ReadingEntry), "reading")]
[JsonDerivedType(typeof(DeliveryEntry), "delivery")]
[JsonDerivedType(typeof(GridDeliveryEntry), "grid-delivery")]
internal abstract record GatewayEntry(DateTimeOffset At)
{
    public static GatewayEntry Read(ReadOnlySpan<byte> line) => EntryJson.Read<GatewayEntry>(line);

    public byte[] Write() => EntryJson.Write(this);
}

/// <summary>A point's program of a day: Wh of each of its periods.</summary>
internal sealed record ProgramEntry(DateTimeOffset At, string Pod, DateOnly Day, ImmutableArray<long> WattHours) : GatewayEntry(At);

internal sealed record FreezeEntry(DateTimeOffset At, string Unit, DateOnly Day) : GatewayEntry(At);

/// <summary>Who counts in a period of a unit.</summary>
internal sealed record RosterEntry(DateTimeOffset At, string Unit, long Period, ImmutableArray<string> Pods) : GatewayEntry(At);

internal readonly record struct StepLine(long Watts, long PriceMicroEurPerKWh);

internal sealed record OfferEntry(DateTimeOffset At, string Id, string Unit, long Period, RegulationDirection Direction, ImmutableArray<StepLine> Steps) : GatewayEntry(At)
{
    [JsonIgnore]
    public UnitOffer Offer => new(new UnitId(Unit), new Period(Period), Direction, [.. Steps.Select(step => new OfferStep(step.Watts, new Price(step.PriceMicroEurPerKWh)))]);
}

internal readonly record struct ResultLine(int Step, long Watts, long PriceMicroEurPerKWh);

internal sealed record ResultEntry(DateTimeOffset At, string Id, string Offer, ImmutableArray<ResultLine> Steps) : GatewayEntry(At)
{
    [JsonIgnore]
    public MarketResult Result => new(Id, new OfferId(Offer), [.. Steps.Select(step => new AcceptedStep(step.Step, step.Watts, new Price(step.PriceMicroEurPerKWh)))]);
}

/// <summary>An offer was taken back.</summary>
internal sealed record WithdrawalEntry(DateTimeOffset At, string Offer) : GatewayEntry(At);

/// <summary>Some order came to its next stage: that it was carried out, and did not go by unnoticed, follows from when the gateway looked.</summary>
internal sealed record StagesEntry(DateTimeOffset At) : GatewayEntry(At);

/// <summary>An ESMP document was accepted.</summary>
/// <param name="Content">SHA-256 of its bytes, as 64 hexadecimal digits.</param>
internal sealed record DocumentEntry(DateTimeOffset At, string Sender, string Scheme, string Id, int Revision, string Content, DateTimeOffset KeepUntil) : GatewayEntry(At)
{
    public static DocumentEntry Of(AcceptedDocument document, DateTimeOffset at) => new(
        at, document.Sender.Value, document.Sender.Scheme, document.MRid, document.Revision, Convert.ToHexStringLower(document.Content.ToArray()), document.KeepUntil);

    [JsonIgnore]
    public AcceptedDocument Document => new(new CodedId(Sender, Scheme), Id, Revision, new Hash256(Convert.FromHexString(Content)), KeepUntil);
}

/// <summary>What a point's meter read in a period, Wh over so many milliseconds.</summary>
internal readonly record struct ReadingLine(string Pod, long WattHours, long Milliseconds);

/// <summary>What the points of a unit did in a period, where later baselines are moved by it.</summary>
internal sealed record ReadingEntry(DateTimeOffset At, long Period, ImmutableArray<ReadingLine> Points) : GatewayEntry(At);

/// <summary>An order: what the books do with it, and who sent it, follows from it alone.</summary>
internal abstract record OrderEntry(DateTimeOffset At, string Way) : GatewayEntry(At)
{
    [JsonIgnore]
    public abstract DispatchOrder Order { get; }

    public static OrderEntry Of(DispatchOrder order, DateTimeOffset at, string way) => order switch
    {
        BalancingOrder balancing => new BalancingEntry(at, way, balancing.Id, balancing.Unit.Value, balancing.Start, balancing.Direction, balancing.Watts, balancing.Ramp, balancing.End, balancing.Replaces),
        LimitationOrder limitation => new LimitationEntry(at, way, limitation.Id, limitation.Unit.Value, limitation.Start, limitation.Side, limitation.Watts, limitation.Ramp, limitation.End),
        RevocationOrder revocation => new RevocationEntry(at, way, revocation.Id, revocation.Unit.Value, revocation.Start, revocation.Revokes),
        _ => throw new ArgumentException($"No entry for a {order.GetType().Name}.", nameof(order)),
    };
}

internal sealed record BalancingEntry(
    DateTimeOffset At, string Way, string Id, string Unit, DateTimeOffset Start, RegulationDirection Direction, long Watts, TimeSpan Ramp, DateTimeOffset End, string? Replaces)
    : OrderEntry(At, Way)
{
    [JsonIgnore]
    public override DispatchOrder Order => new BalancingOrder(Id, new UnitId(Unit), Start, Direction, Watts, Ramp, End, Replaces);
}

internal sealed record LimitationEntry(
    DateTimeOffset At, string Way, string Id, string Unit, DateTimeOffset Start, LimitSide Side, long Watts, TimeSpan Ramp, DateTimeOffset End)
    : OrderEntry(At, Way)
{
    [JsonIgnore]
    public override DispatchOrder Order => new LimitationOrder(Id, new UnitId(Unit), Start, Side, Watts, Ramp, End);
}

internal sealed record RevocationEntry(DateTimeOffset At, string Way, string Id, string Unit, DateTimeOffset Start, string Revokes) : OrderEntry(At, Way)
{
    [JsonIgnore]
    public override DispatchOrder Order => new RevocationOrder(Id, new UnitId(Unit), Start, Revokes);
}

internal readonly record struct OrderedLine(long WattHours, long PriceMicroEurPerKWh);

/// <summary>What a point did in a period: energies in Wh, and what it asked for a kWh of it, µEUR.</summary>
internal readonly record struct DeliveryLine(string Pod, string Member, long Baseline, long? Measured, long Assigned, long Ask)
{
    public static ImmutableArray<DeliveryLine> Of(IEnumerable<PointDelivery> points) =>
        [.. points.Select(point => new DeliveryLine(point.Point.Value, point.Member.Value, point.Baseline.WattHours, point.Measured?.WattHours, point.Assigned.WattHours, point.Ask.MicroEurPerKWh))];

    [JsonIgnore]
    public PointDelivery Delivered => new(PodCode.Parse(Pod), new MemberId(Member), new Energy(Baseline), Measured is { } measured ? new Energy(measured) : null, new Energy(Assigned), new Price(Ask));
}

/// <summary>What an operator's own settlement says, µEUR.</summary>
internal readonly record struct StatedLine(long Payment, long Charge);

/// <summary>What points did in a period that a grid operator had ordered; its settlement comes later.</summary>
internal sealed record GridDeliveryEntry(DateTimeOffset At, string Unit, long Period, RegulationDirection Direction, ImmutableArray<DeliveryLine> Points) : GatewayEntry(At);

/// <summary>A period in which a unit was ordered, as it was measured: what is settled.</summary>
/// <param name="UnmeasuredMilliseconds">For so much of the period nothing was measured, as when the gateway was down; the baseline stands in.</param>
internal sealed record DeliveryEntry(
    DateTimeOffset At, string Unit, long Period, RegulationDirection Direction, ImmutableArray<OrderedLine> Ordered, ImmutableArray<DeliveryLine> Points, long UnmeasuredMilliseconds = 0,
    StatedLine? Stated = null, OrderingOperator Buyer = OrderingOperator.SystemOperator)
    : GatewayEntry(At)
{
    public static DeliveryEntry Of(UnitPeriod period, TimeSpan unmeasured, DateTimeOffset at) => new(
        at, period.Unit.Value, period.Period.Index, period.Direction, [.. period.Ordered.Select(step => new OrderedLine(step.Energy.WattHours, step.Price.MicroEurPerKWh))],
        DeliveryLine.Of(period.Deliveries), (long)unmeasured.TotalMilliseconds, period.Stated is { } stated ? new StatedLine(stated.Payment.MicroEur, stated.Charge.MicroEur) : null, period.Buyer);

    [JsonIgnore]
    public UnitPeriod Delivered => new(
        new UnitId(Unit), new Period(Period), Direction, [.. Ordered.Select(step => new OrderedEnergy(new Energy(step.WattHours), new Price(step.PriceMicroEurPerKWh)))],
        [.. Points.Select(point => point.Delivered)], Stated is { } stated ? new OperatorCash(new Money(stated.Payment), new Money(stated.Charge)) : null) { Buyer = Buyer };
}
