using System.Text.Json;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Publishing;

/// <summary>Metered periods as an exchange publishes them, for tests that play the exchange; in its own shapes.</summary>
internal static class PublishedMeterings
{
    /// <summary>As <c>/api/deviations/{period}</c> answers it.</summary>
    public static byte[] JsonOf(PublishedMetering metering) => JsonSerializer.SerializeToUtf8Bytes(
        new DeviationsView(
            metering.Period.Index, metering.Prices.Long.MicroEurPerKWh, metering.Prices.Short.MicroEurPerKWh, [.. metering.Positions.Select(Of)], [.. metering.Corrections.Select(Of)],
            [.. metering.Trades.Select(trade => MarketViews.Of(metering.Period, trade))],
            [.. metering.Deltas.Select(delta => new DeltaView(delta.Member.Value, delta.Delta.MicroEur))], metering.MeterRoot.ToString(), null),
        JsonSerializerOptions.Web);

    private static PositionView Of(PublishedMeterPosition published)
    {
        var (position, matched) = published.Settled;
        return new PositionView(
            position.Member.Value, position.Metered.WattHours, position.Carried.WattHours, position.Traded.WattHours, position.Deviation.WattHours, matched.WattHours,
            published.Unfunded.WattHours, (published.Settled.Supplier + published.Unfunded).WattHours, Of(published.Reading, published.EstimatedFromDays, published.IsDisputed));
    }

    private static CorrectionView Of(PublishedMeterCorrection published) => new(
        published.Correction.Member.Value, published.Correction.Period.Index, published.Correction.Assumed.WattHours, published.Correction.Known.WattHours,
        Of(published.Reading, 0, isDisputed: true));

    private static SourceView Of(SignedReading? reading, int days, bool isDisputed) => reading is null ? new SourceView(isDisputed ? "disputed" : "estimate", days) : new SourceView("reading", 0)
    {
        Reading = new ReadingView(
            reading.Energy.Number, reading.Energy.Import.WattHours, reading.Energy.Export.WattHours, reading.Energy.Production.WattHours,
            reading.Energy.Charge.WattHours, reading.Energy.Discharge.WattHours, "0x" + Convert.ToHexStringLower(reading.Signature.AsSpan())),
    };
}
