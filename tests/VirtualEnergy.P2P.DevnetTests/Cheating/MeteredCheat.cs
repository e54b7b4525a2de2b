using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>A way to cheat with what meters showed: what the operator says of it, and what he settles.</summary>
/// <param name="Name">As docs/cheating.md calls it.</param>
/// <param name="Check">What every watching node finds first.</param>
/// <param name="Proof">What shows it on the chain; null where nothing does.</param>
/// <param name="Make">From what was honestly metered to what is said, which may be nothing, and settled.</param>
internal sealed record MeteredCheat(
    string Name, AuditCheck Check, string? Proof, Func<MeteredByAll, (PublishedMetering? Said, MeteredBatch Batch)> Make)
{
    public const string Notices = "every node that recomputes the deviations";

    /// <summary>By how much the meters of Anna, Bice, Carlo and Dario show more than they traded: 90 Wh short, 70 long. Wh.</summary>
    private static readonly long[] Differences = [60, -50, 30, -20];

    private static readonly Energy Invented = new(40);

    public static ImmutableArray<MeteredCheat> All { get; } =
    [
        // Anna pays for 40 Wh that her meter did not show.
        new("meter reading altered", AuditCheck.Reading, "proveOtherReading", honest =>
            Settle(honest.With(CheatedCommunity.Anna, position => position with { Metered = position.Metered + Invented }).Publish())),
        new("meter reading invented", AuditCheck.ReadingSignature, "proveForgedReading", honest =>
        {
            // The same, and the operator signs a reading for her, with another key.
            var altered = honest.With(CheatedCommunity.Anna, position => position with { Metered = position.Metered + Invented });
            var net = altered.Positions.Single(position => position.Member == CheatedCommunity.Anna).Metered;
            return Settle(altered.With(MeteredByAll.Sign(honest.Domain, CheatedCommunity.Anna, honest.Period, net, CheatedCommunity.Keys[3])).Publish());
        }),
        new("trades left out of a deviation", AuditCheck.Traded, "proveOtherTraded", honest =>
            Settle(honest.With(CheatedCommunity.Anna, position => position with { Traded = position.Traded - Invented }).Publish())),
        new("balancing energy at another price", AuditCheck.BalancingPrices, "proveWrongPrices", honest =>
            Settle((honest with { Prices = honest.Prices with { Long = new Price(honest.Prices.Long.MicroEurPerKWh + 100) } }).Publish())),
        new("money of a deviation skimmed", AuditCheck.ChainDeltas, "proveWrongDelta", honest =>
        {
            // Anna pays a tenth of a cent more, and Dario gets it.
            var (said, batch) = Settle(honest.Publish());
            var much = new Money(1_000);
            return (said, batch with
            {
                Deltas = [.. batch.Deltas.Select(delta => delta.Member == CheatedCommunity.Anna ? delta with { Delta = delta.Delta - much }
                    : delta.Member == CheatedCommunity.Dario ? delta with { Delta = delta.Delta + much } : delta)],
            });
        }),
        // Anna pays for 40 Wh that no earlier period lacked.
        new("energy carried from nowhere", AuditCheck.Carried, null, honest =>
            Settle(honest.With(CheatedCommunity.Anna, position => position with { Carried = Invented }).Publish())),
        new("readings withheld", AuditCheck.Published, null, honest => (null, Settle(honest.Publish()).Batch)),
    ];

    public static MeteredByAll Honest(CheatedCommunity community, Round round) =>
        MeteredByAll.Of(community.Domain, round, community.Rules, [.. CheatedCommunity.Keys.Zip(Differences)]);

    public static (PublishedMetering Said, MeteredBatch Batch) Settle(PublishedMetering said) => (said, new MeteredBatch(said.Period, said.MeterRoot, said.Deltas));

    public override string ToString() => Name;
}
