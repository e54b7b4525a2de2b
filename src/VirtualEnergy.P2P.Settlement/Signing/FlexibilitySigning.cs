using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// What homes and balancing service providers say to each other, under EIP-712. Each message names both ends. Powers are in W, energies in Wh (+ import),
/// prices in µEUR/kWh, instants in unix ms; a kind of order is 0 reserve, 1 activate, 2 release.
/// <code>
/// FlexibilityTerms(address bsp,uint64 session,uint64 holdingPeriods,uint64 spans,uint64 confidence,uint64 telemetrySeconds)
/// HeadroomStep(uint64 watts,int64 price)
/// HeadroomSpan(uint64 period,uint64 periods,HeadroomStep[] up,HeadroomStep[] down,int64[] upRebound,int64[] downRebound)
/// Headroom(address member,address bsp,uint64 number,uint64 expiresAt,HeadroomSpan[] spans)
/// Program(address member,address bsp,uint64 number,uint64 period,int64[] energies)
/// FlexibilityOrder(address bsp,address member,uint64 number,uint64 id,uint64 kind,uint64 offer,uint64 period,uint64 periods,int64 change,int64 price)
/// Promise(bytes32 order,int64[] program)
/// FlexibilityReply(address member,address bsp,uint64 number,uint64 id,bool accepted,uint64 shortfall,string reason)
/// TelemetrySession(address member,address bsp,uint64 session,bytes32 anchor,uint64 length)
/// </code>
/// </summary>
public sealed class FlexibilitySigning(MarketDomain domain)
{
    private const string StepFields = "HeadroomStep(uint64 watts,int64 price)";
    private const string SpanFields = "HeadroomSpan(uint64 period,uint64 periods,HeadroomStep[] up,HeadroomStep[] down,int64[] upRebound,int64[] downRebound)";

    private static readonly Hash256 TermsType = Keccak256.Hash(
        "FlexibilityTerms(address bsp,uint64 session,uint64 holdingPeriods,uint64 spans,uint64 confidence,uint64 telemetrySeconds)");

    private static readonly Hash256 StepType = Keccak256.Hash(StepFields);
    private static readonly Hash256 SpanType = Keccak256.Hash(SpanFields + StepFields);

    private static readonly Hash256 HeadroomType = Keccak256.Hash(
        "Headroom(address member,address bsp,uint64 number,uint64 expiresAt,HeadroomSpan[] spans)" + SpanFields + StepFields);

    private static readonly Hash256 ProgramType = Keccak256.Hash("Program(address member,address bsp,uint64 number,uint64 period,int64[] energies)");

    private static readonly Hash256 OrderType = Keccak256.Hash(
        "FlexibilityOrder(address bsp,address member,uint64 number,uint64 id,uint64 kind,uint64 offer,uint64 period,uint64 periods,int64 change,int64 price)");

    private static readonly Hash256 ReplyType = Keccak256.Hash(
        "FlexibilityReply(address member,address bsp,uint64 number,uint64 id,bool accepted,uint64 shortfall,string reason)");

    private static readonly Hash256 PromiseType = Keccak256.Hash("Promise(bytes32 order,int64[] program)");

    private static readonly Hash256 SessionType = Keccak256.Hash(
        "TelemetrySession(address member,address bsp,uint64 session,bytes32 anchor,uint64 length)");

    private readonly Hash256 _separator = domain.Separator;

    public Hash256 Hash(FlexibilityTerms terms) => new StructHash(TermsType)
        .Add(Address.FromMember(terms.Bsp))
        .AddUnsigned(terms.Session)
        .AddUnsigned((long)terms.HoldingPeriods)
        .AddUnsigned((long)terms.Spans)
        .AddUnsigned((long)terms.ConfidencePermille)
        .AddUnsigned((long)terms.TelemetrySeconds)
        .Digest(_separator);

    public Hash256 Hash(HomeHeadroomOffer offer) => new StructHash(HeadroomType)
        .Add(Address.FromMember(offer.Member))
        .Add(Address.FromMember(offer.Bsp))
        .AddUnsigned(offer.Number)
        .AddUnsigned(offer.ExpiresAt)
        .Add(Row(offer.Spans, static (row, span) => row.Add(HashOf(span))))
        .Digest(_separator);

    public Hash256 Hash(NetProgram program) => new StructHash(ProgramType)
        .Add(Address.FromMember(program.Member))
        .Add(Address.FromMember(program.Bsp))
        .AddUnsigned(program.Number)
        .AddUnsigned(program.First.Index)
        .Add(Row(program.Energies, static (row, energy) => row.AddSigned(energy.WattHours)))
        .Digest(_separator);

    public Hash256 Hash(FlexibilityOrder order) => new StructHash(OrderType)
        .Add(Address.FromMember(order.Bsp))
        .Add(Address.FromMember(order.Member))
        .AddUnsigned(order.Number)
        .AddUnsigned(order.Id)
        .AddUnsigned((long)order.Kind)
        .AddUnsigned(order.Offer)
        .AddUnsigned(order.First.Index)
        .AddUnsigned((long)order.Periods)
        .AddSigned(order.ChangeWatts)
        .AddSigned(order.Price.MicroEurPerKWh)
        .Digest(_separator);

    /// <summary>A home's promise: the hash of the order that it accepts, and the program that the order changes.</summary>
    public Hash256 Hash(FlexibilityOrder order, ImmutableArray<Energy> program) => new StructHash(PromiseType)
        .Add(Hash(order))
        .Add(Row(program, static (row, energy) => row.AddSigned(energy.WattHours)))
        .Digest(_separator);

    public Hash256 Hash(FlexibilityReply reply) => new StructHash(ReplyType)
        .Add(Address.FromMember(reply.Member))
        .Add(Address.FromMember(reply.Bsp))
        .AddUnsigned(reply.Number)
        .AddUnsigned(reply.Id)
        .AddUnsigned(reply.Accepted ? 1UL : 0UL)
        .AddUnsigned(reply.ShortfallWatts)
        .Add(Keccak256.Hash(reply.Reason ?? ""))
        .Digest(_separator);

    public Hash256 Hash(TelemetrySession session) => new StructHash(SessionType)
        .Add(Address.FromMember(session.Member))
        .Add(Address.FromMember(session.Bsp))
        .AddUnsigned(session.Session)
        .Add(session.Anchor)
        .AddUnsigned((long)session.Length)
        .Digest(_separator);

    public static ImmutableArray<byte> Sign(Hash256 hash, EthereumKey key) => key.Sign(hash).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public static bool IsSignedBy(MemberId signer, Hash256 hash, ReadOnlySpan<byte> signature) =>
        Signature.TryParse(signature, out var parsed) && parsed.Recover(hash)?.ToMember() == signer;

    private static Hash256 HashOf(FlexibilitySpan span) => new StructHash(SpanType)
        .AddUnsigned(span.First.Index)
        .AddUnsigned((long)span.Periods)
        .Add(Row(span.Up, Step))
        .Add(Row(span.Down, Step))
        .Add(Row(span.UpRebound, static (row, energy) => row.AddSigned(energy)))
        .Add(Row(span.DownRebound, static (row, energy) => row.AddSigned(energy)))
        .Finish();

    private static StructHash Step(StructHash row, FlexibilityStep step) =>
        row.Add(new StructHash(StepType).AddUnsigned(step.Watts).AddSigned(step.Price.MicroEurPerKWh).Finish());

    private static Hash256 Row<T>(ImmutableArray<T> items, Func<StructHash, T, StructHash> add) =>
        items.Aggregate(new StructHash(items.Length), add).Finish();
}
