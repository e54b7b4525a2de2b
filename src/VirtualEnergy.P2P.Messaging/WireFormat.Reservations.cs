using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    public static byte[] Write(ReservationEvidence evidence) => Written(json =>
    {
        json.WritePropertyName("order");
        json.WriteRawValue(Write(evidence.Order));
        if (!evidence.IsRelease)
        {
            json.WriteStartArray("programWh");
            foreach (var energy in evidence.Program)
            {
                json.WriteNumberValue(energy.WattHours);
            }

            json.WriteEndArray();
            json.WriteString("signature", Hex(evidence.HomeSignature.AsSpan()));
        }
    });

    /// <param name="evidence">Read; whether its signatures hold is the reader's question.</param>
    public static bool TryReadReservationEvidence(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ReservationEvidence? evidence, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxSmallBytes, EvidenceOf, out evidence, out error);

    public static byte[] Write(ReservationAnswer answer) => Written(json =>
    {
        json.WriteString("member", answer.Member.Value);
        json.WriteString("bsp", answer.Bsp.Value);
        json.WriteNumber("id", answer.Id);
        json.WriteBoolean("accepted", answer.Accepted);
        WriteIfAny(json, "reason", answer.Reason);
        WriteIfAny(json, "detail", answer.Detail is { Length: > MaxDetailLength } detail ? detail[..MaxDetailLength] : answer.Detail);
    });

    public static bool TryReadReservationAnswer(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ReservationAnswer? answer, [NotNullWhen(false)] out string? error) => TryRead(
            payload, MaxSmallBytes,
            fields => fields.Boolean("accepted") is var accepted && accepted != (fields.TextOrNull("reason", MaxCodeLength) is null)
                ? throw fields.Wrong("reason", "must be there exactly when the evidence is refused")
                : new ReservationAnswer(
                    fields.Member("member"), fields.Member("bsp"), fields.Integer("id", 0), accepted, fields.TextOrNull("reason", MaxCodeLength), fields.TextOrNull("detail", MaxDetailLength)),
            out answer, out error);

    private static ReservationEvidence EvidenceOf(JsonFields fields)
    {
        var evidence = new ReservationEvidence(OrderOf(fields.Object("order")), [], []);
        if (evidence.IsRelease)
        {
            return evidence;
        }

        var order = evidence.Order.Content;
        ImmutableArray<long> program = [.. Integers(fields, "programWh", 1, MaxProgramPeriods, MaxFlexibilityWatts)];
        return program.Length != order.Periods || order.ChangeWatts == 0
            ? throw fields.Wrong("programWh", $"must have an energy for each of the {order.Periods} periods of an order that changes something")
            : evidence with { Program = [.. program.Select(energy => new Energy(energy))], HomeSignature = fields.Signature() };
    }
}
