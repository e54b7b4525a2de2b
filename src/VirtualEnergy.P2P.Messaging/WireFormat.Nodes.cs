using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    public static byte[] Write(MeterReading reading) => Written(json =>
    {
        json.WriteString("member", reading.Member.Value);
        json.WriteNumber("period", reading.Period.Index);
        WriteReading(json, reading);
    });

    public static bool TryReadMeterReading(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MeterReading? reading, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxSmallBytes, static fields => MeterReadingIn(fields, fields.Member("member"), fields.Period()), out reading, out error);

    public static byte[] Write(NodeStatus status) => Written(json =>
    {
        json.WriteString("member", status.Member.Value);
        json.WriteBoolean("online", status.Online);
        WriteIfAny(json, "name", status.Name);
        WriteIfAny(json, "version", status.Version);
        if (status.Audit is { } audit)
        {
            json.WriteStartObject("audit");
            json.WriteNumber("period", audit.Period.Index);
            WriteIfAny(json, "difference", audit.Difference);
            json.WriteEndObject();
        }
    });

    public static bool TryReadStatus(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out NodeStatus? status, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new NodeStatus(
                fields.Member("member"), fields.Boolean("online"), fields.TextOrNull("name", MaxNameLength), fields.TextOrNull("version", MaxCodeLength))
            {
                Audit = fields.Has("audit") ? AuditIn(fields.Object("audit")) : null,
            },
            out status, out error);

    private static NodeAudit AuditIn(JsonFields fields) => new(fields.Period(), fields.TextOrNull("difference", MaxCodeLength));

    private static void WriteReading(Utf8JsonWriter json, MeterReading reading)
    {
        json.WriteNumber("number", reading.Number);
        json.WriteNumber("importWh", reading.Import.WattHours);
        json.WriteNumber("exportWh", reading.Export.WattHours);
        json.WriteNumber("productionWh", reading.Production.WattHours);
        json.WriteNumber("chargeWh", reading.Charge.WattHours);
        json.WriteNumber("dischargeWh", reading.Discharge.WattHours);
        json.WriteString("signature", Hex(reading.Signature.AsSpan()));
    }

    private static MeterReading MeterReadingIn(JsonFields fields, MemberId member, Period period) => new(
        member, period, fields.Integer("number", 0), new Energy(fields.Integer("importWh", 0)), new Energy(fields.Integer("exportWh", 0)),
        new Energy(fields.Integer("productionWh", 0)), new Energy(fields.Integer("chargeWh", 0)), new Energy(fields.Integer("dischargeWh", 0)),
        fields.Signature());
}
