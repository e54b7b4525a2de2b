using System.Collections.Immutable;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Delivery;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>A metered period with everything that one needs to recompute it, beside the round's trades and earlier periods' readings.</summary>
/// <param name="LongPriceMicroEurPerKWh">What who took too little gets.</param>
/// <param name="ShortPriceMicroEurPerKWh">What who took too much pays, the spread included.</param>
/// <param name="Trades">The balancing trades.</param>
/// <param name="Settlement">Null before its transaction was signed.</param>
public sealed record DeviationsView(
    long Period, long LongPriceMicroEurPerKWh, long ShortPriceMicroEurPerKWh, ImmutableArray<PositionView> Positions, ImmutableArray<CorrectionView> Corrections,
    ImmutableArray<TradeView> Trades, ImmutableArray<DeltaView> Deltas, string MeterRoot, MeteredSettlementView? Settlement)
{
    /// <param name="settlement">What its batch has become.</param>
    /// <param name="standing">Where it stands; null before that was seen.</param>
    internal static DeviationsView Of(JournalledDeviations deviations, OutboxBatch? settlement, JournalledMeteredStanding? standing)
    {
        var (result, settled) = (deviations.Result, deviations.Settled());
        return new DeviationsView(
            result.Period.Index, result.Prices.Long.MicroEurPerKWh, result.Prices.Short.MicroEurPerKWh, [.. result.Positions.Select(PositionView.Of)],
            [.. result.Corrections.Select(CorrectionView.Of)], [.. settled.Trades.Select(trade => MarketViews.Of(result.Period, trade))],
            [.. settled.Deltas.Select(delta => new DeltaView(delta.Member.Value, delta.Delta.MicroEur))], result.MeterRoot.ToString(),
            settlement is null ? null : new MeteredSettlementView(
                settlement.State.ToString().ToLowerInvariant(), settlement.IsOnChain ? standing?.StandsOn.Index : null, settlement.Transaction?.ToString(), settlement.Block,
                settlement.Gas));
    }
}

/// <param name="DeviationWh">Metered + carried − traded; + took too much.</param>
/// <param name="MatchedWh">How much of it the community balanced.</param>
/// <param name="UnfundedWh">By how much less was carried because her funds did not reach further.</param>
/// <param name="SupplierWh">What is bought from (+) or sold to (−) the supplier.</param>
public sealed record PositionView(
    string Member, long MeteredWh, long CarriedWh, long TradedWh, long DeviationWh, long MatchedWh, long UnfundedWh, long SupplierWh, SourceView Source)
{
    internal static PositionView Of(PublishedPosition published)
    {
        var position = published.Settled.Position;
        return new PositionView(
            position.Member.Value, position.Metered.WattHours, position.Carried.WattHours, position.Traded.WattHours, position.Deviation.WattHours,
            published.Settled.Matched.WattHours, published.Unfunded.WattHours, (published.Settled.Supplier + published.Unfunded).WattHours, SourceView.Of(published.Source));
    }
}

/// <param name="Period">The earlier period that turned out differently.</param>
public sealed record CorrectionView(string Member, long Period, long AssumedWh, long KnownWh, SourceView Source)
{
    internal static CorrectionView Of(PublishedCorrection published) => new(
        published.Correction.Member.Value, published.Correction.Period.Index, published.Correction.Assumed.WattHours,
        published.Correction.Known.WattHours, SourceView.Of(published.Source));
}

/// <param name="Kind"><c>reading</c>, <c>estimate</c>, or <c>disputed</c>: an estimate in place of a reading that the member disputes.</param>
/// <param name="EstimatedFromDays">How many earlier days' readings an estimate is the mean of; 0: what she traded.</param>
public sealed record SourceView(string Kind, int EstimatedFromDays)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadingView? Reading { get; init; }

    internal static SourceView Of(MeteredSource source) =>
        new(source.Reading is not null ? "reading" : source.IsDisputed ? "disputed" : "estimate", source.EstimatedFromDays)
        {
            Reading = source.Reading is { } reading ? new ReadingView(
                reading.Number, reading.Import.WattHours, reading.Export.WattHours, reading.Production.WattHours, reading.Charge.WattHours,
                reading.Discharge.WattHours, JournalText.Hex(reading.Signature)) : null,
        };
}

/// <summary>A signed reading; member and period stand beside it.</summary>
public sealed record ReadingView(
    long Number, long ImportWh, long ExportWh, long ProductionWh, long ChargeWh, long DischargeWh, string Signature);

/// <param name="State"><c>prepared</c>, <c>sent</c>, <c>mined</c> or <c>final</c>.</param>
/// <param name="StandsOn">The trading period after which it was settled; null before it is on the chain.</param>
public sealed record MeteredSettlementView(string State, long? StandsOn, string? Transaction, ulong? Block, ulong? Gas);
