using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>Reads a metered period as the exchange's <c>/api/deviations/{period}</c> answers it (docs/audit.md).</summary>
    /// <remarks>What it says is only read here: whether a reading is signed or a share right is the auditor's question.</remarks>
    public static bool TryReadPublishedDeviations(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out PublishedDeviations? deviations, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxPublishedRoundBytes, PublishedDeviationsOf, out deviations, out error);

    private static PublishedDeviations PublishedDeviationsOf(JsonFields fields)
    {
        var period = fields.Period();
        var (low, high) = (fields.Integer("longPriceMicroEurPerKWh"), fields.Integer("shortPriceMicroEurPerKWh"));
        if (high < low || (Int128)high - low > long.MaxValue)
        {
            throw fields.Wrong("shortPriceMicroEurPerKWh", "must not be below the long price, nor beyond 64 bits above it");
        }

        var result = new DeviationResult(
            period, new ImbalancePrices(new Price(low), new Price(high - low)),
            [.. fields.Objects("positions").Select(position => PublishedPositionOf(position, period))],
            [.. fields.Objects("corrections").Select(PublishedCorrectionOf)], fields.Hash("meterRoot"));
        return new PublishedDeviations(
            result, [.. fields.Objects("trades").Select(Trade)],
            [.. fields.Objects("deltas").Select(delta => new MemberDelta(delta.Member("member"), new Money(delta.Integer("deltaMicroEur"))))]);
    }

    private static PublishedPosition PublishedPositionOf(JsonFields fields, Period period) => new(
        PositionIn(fields), new Energy(fields.Integer("unfundedWh")), PublishedSourceOf(fields.Object("source"), fields.Member("member"), period));

    private static PublishedCorrection PublishedCorrectionOf(JsonFields fields)
    {
        var correction = CorrectionIn(fields);
        return new PublishedCorrection(correction, PublishedSourceOf(fields.Object("source"), correction.Member, correction.Period));
    }

    private static MeteredSource PublishedSourceOf(JsonFields fields, MemberId member, Period period) => new(
        fields.Has("reading") ? MeterReadingIn(fields.Object("reading"), member, period) : null,
        (int)fields.Integer("estimatedFromDays", 0, MeterEstimate.MostDays), fields.Text("kind", MaxCodeLength) == "disputed");
}
