using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>Generators of messages over the whole range that the wire format carries.</summary>
internal static class MessageGens
{
    private static readonly Gen<long> NotNegative = Gen.Long[0, long.MaxValue];

    public static readonly Gen<MemberId> Member = Gen.Byte.Array[20].Select(bytes => new MemberId("0x" + Convert.ToHexStringLower(bytes)));

    private static readonly Gen<Hash256> Hash = Gen.Byte.Array[32].Select(bytes => new Hash256(bytes));

    private static readonly Gen<Hash256?> HashOrNone = Gen.Select(Gen.Bool, Hash, (has, hash) => has ? hash : (Hash256?)null);

    private static readonly Gen<ImmutableArray<byte>> Signature = Gen.Byte.Array[65].Select(bytes => bytes.ToImmutableArray());

    private static readonly Gen<Period> Period = NotNegative.Select(index => new Period(index));

    private static readonly Gen<Price> Price = Gen.Long.Select(value => new Price(value));

    private static readonly Gen<ImmutableArray<Step>> Steps =
        Gen.Select(Price, Gen.Long, (price, energy) => new Step(price, new Energy(energy))).Array[0, 40].Select(steps => steps.ToImmutableArray());

    private static readonly Gen<Preferences> Wishes = Gen.OneOf(
        Gen.Const(default(Preferences)), Gen.Select(Price, Price, (green, local) => new Preferences(green, local)),
        Gen.Select(Member, Price, (partner, premium) => new Preferences(default, default, partner, premium)));

    private static readonly Gen<ZoneNetwork> Networks = Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[-1, long.MaxValue]).Array[0, 4].Select(cells =>
        new ZoneNetwork(cells.Select((cell, index) => new ZoneLine(
            new ZoneId($"zone {index}"), new ZoneId(index % 2 == 0 ? "" : "città"), new Price(cell.Item1), cell.Item2 < 0 ? null : new Energy(cell.Item2)))));

    public static readonly Gen<BidMessage> Bid =
        Gen.Select(Gen.Select(Member, Period, NotNegative), Steps, Steps, Signature, Wishes, (head, buy, sell, signature, wish) =>
            new BidMessage(new Bid(head.Item1, head.Item2, head.Item3, buy, sell) { Preferences = wish }, signature));

    public static readonly Gen<BidReceipt> Receipt =
        Gen.Select(Gen.Select(Member, Period, NotNegative, Gen.Int[0, int.MaxValue], Hash.Array[0, 32]), Hash, Gen.Bool, Gen.String[0, 60], Signature, (head, hash, accepted, text, signature) =>
            accepted
                ? new BidReceipt(head.Item1, head.Item2, head.Item3, hash, true, null, null, signature) { Place = head.Item5.Length == 0 ? 0 : head.Item4, Path = [.. head.Item5] }
                : new BidReceipt(head.Item1, head.Item2, head.Item3, hash, false, "malformed", Unicode(text), []));

    public static readonly Gen<MarketDescription> Market =
        Gen.Select(Gen.ULong, Member, Member, Networks, Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long, Gen.Long, Gen.Int[0, 1000], Gen.Int[0, 3].Select(i => new[] { 300, 900, 1800, 3600 }[i])),
            (chain, contract, exchange, network, rules) => new MarketDescription("hamlet", chain, contract.Value, exchange.Value, new MarketRules
            {
                TickMicroEurPerKWh = rules.Item1,
                Floor = new Price(Math.Min(rules.Item2, rules.Item3)),
                Cap = new Price(Math.Max(rules.Item2, rules.Item3)),
                KThousandths = rules.Item4,
                Network = network,
                ImbalanceSpread = new Price(chain % 5 == 0 ? 0 : rules.Item1 / 2),
                Grid = new PeriodGrid(rules.Item5),
                RealTimePrice = chain % 3 != 0 ? null : new RealTimePriceRules
                {
                    ResponsePerCent = new Energy(rules.Item1), Target = new Energy(rules.Item2), Reference = new Price(rules.Item3), MostPerPeriod = new Price(rules.Item1),
                },
                Accounts = chain % 2 == 0 ? default : new MoneyAccounts(contract, exchange),
            }));

    // Instants between 1970 and 2100, to the tick of 100 ns that .NET counts.
    private static readonly Gen<DateTimeOffset> Instant =
        Gen.Long[DateTimeOffset.UnixEpoch.Ticks, new DateTime(2100, 1, 1).Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    public static readonly Gen<RoundAnnouncement> Announcement =
        Gen.Select(Period, Instant, Instant, HashOrNone, (period, start, gate, seed) => new RoundAnnouncement(period, start, gate) { SeedCommitment = seed });

    private static readonly Gen<Price> PriceOrNone = Gen.OneOf(Gen.Const(default(Price)), Price);

    private static readonly Gen<Trade> Trade = Gen.Select(Member, Member, Gen.Long[1, long.MaxValue], Price, Gen.Select(PriceOrNone, PriceOrNone, Gen.Int[0, 7]), (buyer, seller, energy, price, onTop) =>
        new Trade(buyer, seller, new Energy(energy), price) { GridFee = onTop.Item1, Spread = onTop.Item2, Quality = (Quality)onTop.Item3 });

    private static readonly Gen<Charge> Charge = Gen.Select(Member, Gen.Long[1, long.MaxValue], (member, amount) => new Charge(member, new Money(amount)));

    public static readonly Gen<RoundResult> Result =
        Gen.Select(Gen.Select(Period, Price, Gen.Bool, NotNegative), Gen.Int[0, int.MaxValue], Gen.Select(Trade.Array[0, 5], Charge.Array[0, 2]), Gen.Select(Hash, Hash, Hash, HashOrNone), (head, bids, paid, roots) =>
            new RoundResult(
                head.Item1, head.Item3 ? head.Item2 : null, new Energy(head.Item4), bids, [.. paid.Item1], roots.Item1, roots.Item2, roots.Item3) { Charges = [.. paid.Item2], Seed = roots.Item4 });

    public static readonly Gen<MeterReading> Reading =
        Gen.Select(Member, Gen.Select(Period, NotNegative), Gen.Select(NotNegative, NotNegative, NotNegative, NotNegative, NotNegative), Signature, (member, head, wh, signature) =>
            new MeterReading(
                member, head.Item1, head.Item2, new Energy(wh.Item1), new Energy(wh.Item2), new Energy(wh.Item3), new Energy(wh.Item4), new Energy(wh.Item5), signature));

    public static readonly Gen<ReadingReceipt> ReadingReceipt =
        Gen.Select(Gen.Select(Member, Period, NotNegative), Hash, Gen.Bool, Signature, (head, hash, accepted, signature) =>
            new ReadingReceipt(head.Item1, head.Item2, head.Item3, hash, accepted ? null : "stale-number", accepted ? signature : []));

    public static readonly Gen<DisputeMessage> Dispute =
        Gen.Select(Member, Period, NotNegative, Gen.Bool, Signature, (member, period, number, dismisses, signature) =>
            new DisputeMessage(member, period, number, dismisses, signature));

    private static readonly Gen<Energy> AnyEnergy = Gen.Long.Select(value => new Energy(value));

    private static readonly Gen<MeteredSource> Source = Gen.Select(Reading, Gen.Int[-1, 7], Gen.Bool, (reading, days, disputed) =>
        days < 0 ? new MeteredSource(reading, 0, false) : new MeteredSource(null, days, disputed));

    public static readonly Gen<DeviationResult> Deviations =
        Gen.Select(
            Gen.Select(Period, Price, NotNegative, Hash), Gen.Select(Member, Gen.Select(AnyEnergy, AnyEnergy, AnyEnergy), NotNegative, AnyEnergy, Source).Array[0, 4],
            Gen.Select(Member, Period, AnyEnergy, AnyEnergy, Source).Array[0, 3],
            (head, positions, corrections) => new DeviationResult(
                head.Item1, new ImbalancePrices(head.Item2, new Price(head.Item3)),
                [.. positions.Select(row => new PublishedPosition(
                    new SettledPosition(new MeteredPosition(row.Item1, row.Item2.Item1, row.Item2.Item2, row.Item2.Item3), new Energy(row.Item3)), row.Item4,
                    Of(row.Item5, row.Item1, head.Item1)))],
                [.. corrections.Select(row => new PublishedCorrection(
                    new Correction(row.Item1, row.Item2, row.Item3, row.Item4), Of(row.Item5, row.Item1, row.Item2)))],
                head.Item4));

    public static readonly Gen<NodeStatus> Status =
        Gen.Select(Member, Gen.Bool, Gen.String[0, 60], Gen.Int[0, 2], Period, (member, online, name, audit, period) => new NodeStatus(member, online, Unicode(name), null)
        {
            Audit = audit == 0 ? null : new NodeAudit(period, audit == 1 ? null : "bid-signature"),
        });

    public static readonly MemberId CurveAgent = new("0x" + new string('a', 40));

    public static readonly MemberId CurveMatcher = new("0x" + new string('b', 40));

    public static readonly Gen<CurveBidMessage> CurveBid =
        Gen.Select(NotNegative, Gen.Long[1, long.MaxValue], NotNegative, Gen.Long.Array[0, 40], Signature, (session, number, expires, demands, signature) =>
            new CurveBidMessage(CurveAgent, CurveMatcher, session, number, expires, [.. demands.Select(demand => new Demand(demand))], signature));

    public static readonly Gen<CurveMarketMessage> CurveMarket =
        Gen.Select(Gen.Select(Member, NotNegative, Gen.Bool, Gen.ULong), Member, Gen.Int[1, WireFormat.MaxCurveSteps], Gen.Select(Gen.Long[-1_000_000_000, 1_000_000_000], Gen.Long[2_000, 1_000_000_000]), Signature,
            (head, contract, steps, prices, signature) => new CurveMarketMessage(
                head.Item1, head.Item2, head.Item3, head.Item4, contract.Value, MarketBasis.Create(steps, prices.Item1, prices.Item1 + prices.Item2), 1_000 + (prices.Item2 % 1_000), 900, signature));

    public static readonly Gen<CurveRefusalMessage> CurveRefusal =
        Gen.Select(Member, Member, NotNegative, Gen.Select(Gen.Bool, NotNegative, Gen.String[0, 60]), Signature, (matcher, agent, number, why, signature) =>
            new CurveRefusalMessage(matcher, agent, number, why.Item1 ? VirtualEnergy.P2P.Market.Curves.Roles.CurveRefusal.StaleNumber(why.Item2) : VirtualEnergy.P2P.Market.Curves.Roles.CurveRefusal.Full, Unicode(why.Item3), signature));

    public static readonly Gen<CurvePriceMessage> CurvePrice =
        Gen.Select(Member, Member, NotNegative, Gen.Select(NotNegative, Gen.Long), Signature, (matcher, agent, sequence, price, signature) =>
            new CurvePriceMessage(matcher, agent, sequence, new NumberedPrice(price.Item1, price.Item2), signature));

    public static readonly Gen<CurveAllocationMessage> CurveAllocation =
        Gen.Select(Member, Member, Gen.Select(NotNegative, Period), Gen.Select(Gen.Long, Gen.Long), Signature, (matcher, agent, head, given, signature) =>
            new CurveAllocationMessage(matcher, agent, new NumberedAllocation(head.Item1, head.Item2, given.Item1, new Energy(given.Item2)), signature));

    // A .NET string may hold half a surrogate pair; that is no text, and JSON cannot carry it.
    private static string Unicode(string text) => new(text.Select(c => char.IsSurrogate(c) ? '☀' : c).ToArray());

    /// <summary>A reading inside a list is of the member and period that it stands beside.</summary>
    private static MeteredSource Of(MeteredSource source, MemberId member, Period period) =>
        source with { Reading = source.Reading is { } reading ? reading with { Member = member, Period = period } : null };
}
