using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>About 40,000 members with a signed reading each.</summary>
    public const int MaxDeviationResultBytes = 16 * 1024 * 1024;

    public static byte[] Write(ReadingReceipt receipt) => Written(json =>
    {
        json.WriteString("member", receipt.Member.Value);
        json.WriteNumber("period", receipt.Period.Index);
        json.WriteNumber("number", receipt.Number);
        json.WriteString("reading", receipt.Reading.ToString());
        json.WriteBoolean("accepted", receipt.Reason is null);
        if (receipt.Reason is null)
        {
            json.WriteString("signature", Hex(receipt.Signature.AsSpan()));
        }
        else
        {
            json.WriteString("reason", receipt.Reason);
        }
    });

    public static bool TryReadReadingReceipt(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ReadingReceipt? receipt, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields =>
            {
                var accepted = fields.Boolean("accepted");
                return new ReadingReceipt(
                    fields.Member("member"), fields.Period(), fields.Integer("number", 0), fields.Hash("reading"),
                    accepted ? null : fields.Text("reason", MaxCodeLength), accepted ? fields.Signature() : []);
            },
            out receipt, out error);

    public static byte[] Write(DisputeMessage dispute) => Written(json =>
    {
        json.WriteString("member", dispute.Member.Value);
        json.WriteNumber("period", dispute.Period.Index);
        json.WriteNumber("number", dispute.Number);
        if (dispute.Dismisses)
        {
            json.WriteBoolean("dismissed", true);
        }

        json.WriteString("signature", Hex(dispute.Signature.AsSpan()));
    });

    public static bool TryReadDispute(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out DisputeMessage? dispute, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new DisputeMessage(
                fields.Member("member"), fields.Period(), fields.Integer("number", 0), fields.Has("dismissed") && fields.Boolean("dismissed"), fields.Signature()),
            out dispute, out error);

    public static byte[] Write(DeviationResult result) => Written(json =>
    {
        json.WriteNumber("period", result.Period.Index);
        json.WriteNumber("longPriceMicroEurPerKWh", result.Prices.Long.MicroEurPerKWh);
        json.WriteNumber("spreadMicroEurPerKWh", result.Prices.Spread.MicroEurPerKWh);
        json.WriteStartArray("positions");
        foreach (var ((position, matched), unfunded, source) in result.Positions)
        {
            json.WriteStartObject();
            json.WriteString("member", position.Member.Value);
            json.WriteNumber("meteredWh", position.Metered.WattHours);
            json.WriteNumber("carriedWh", position.Carried.WattHours);
            json.WriteNumber("tradedWh", position.Traded.WattHours);
            json.WriteNumber("matchedWh", matched.WattHours);
            if (unfunded != Energy.Zero)
            {
                json.WriteNumber("unfundedWh", unfunded.WattHours);
            }

            WriteSource(json, source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!result.Corrections.IsEmpty)
        {
            json.WriteStartArray("corrections");
            foreach (var (correction, source) in result.Corrections)
            {
                json.WriteStartObject();
                json.WriteString("member", correction.Member.Value);
                json.WriteNumber("period", correction.Period.Index);
                json.WriteNumber("assumedWh", correction.Assumed.WattHours);
                json.WriteNumber("knownWh", correction.Known.WattHours);
                WriteSource(json, source);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteString("meterRoot", result.MeterRoot.ToString());
    });

    public static bool TryReadDeviations(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out DeviationResult? result, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxDeviationResultBytes,
            static fields =>
            {
                var period = fields.Period();
                return new DeviationResult(
                    period,
                    new ImbalancePrices(new Price(fields.Integer("longPriceMicroEurPerKWh")), new Price(fields.Integer("spreadMicroEurPerKWh", least: 0))),
                    [.. fields.Objects("positions").Select(position => Position(position, period))],
                    fields.Has("corrections") ? [.. fields.Objects("corrections").Select(Correction)] : [],
                    fields.Hash("meterRoot"));
            },
            out result, out error);

    private static void WriteSource(Utf8JsonWriter json, MeteredSource source)
    {
        if (source.Reading is { } reading)
        {
            json.WriteStartObject("reading");
            WriteReading(json, reading);
            json.WriteEndObject();
            return;
        }

        json.WriteNumber("estimatedFromDays", source.EstimatedFromDays);
        if (source.IsDisputed)
        {
            json.WriteBoolean("disputed", true);
        }
    }

    private static MeteredSource Source(JsonFields fields, MemberId member, Period period) => fields.Has("reading")
        ? new MeteredSource(MeterReadingIn(fields.Object("reading"), member, period), 0, false)
        : new MeteredSource(null, (int)fields.Integer("estimatedFromDays", 0, MeterEstimate.MostDays), fields.Has("disputed") && fields.Boolean("disputed"));

    private static PublishedPosition Position(JsonFields fields, Period period) => new(
        PositionIn(fields), new Energy(fields.IntegerOrNull("unfundedWh") ?? 0), Source(fields, fields.Member("member"), period));

    private static SettledPosition PositionIn(JsonFields fields) => new(
        new MeteredPosition(
            fields.Member("member"), new Energy(fields.Integer("meteredWh")), new Energy(fields.Integer("carriedWh")), new Energy(fields.Integer("tradedWh"))),
        new Energy(fields.Integer("matchedWh", 0)));

    private static PublishedCorrection Correction(JsonFields fields)
    {
        var correction = CorrectionIn(fields);
        return new PublishedCorrection(correction, Source(fields, correction.Member, correction.Period));
    }

    private static Correction CorrectionIn(JsonFields fields) => new(
        fields.Member("member"), fields.Period(), new Energy(fields.Integer("assumedWh")), new Energy(fields.Integer("knownWh")));
}
