using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    public static byte[] Write(MandateMessage message) => Written(json =>
    {
        json.WriteString("member", message.Mandate.Member.Value);
        json.WriteNumber("number", message.Mandate.Number);
        WriteMost(json, message.Mandate);
        json.WriteString("signature", Hex(message.Signature.AsSpan()));
    });

    /// <param name="payload">Any bytes.</param>
    /// <param name="sender">The member of the topic; a mandate in another member's name is malformed. Null does not compare.</param>
    public static bool TryReadMandate(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out MandateMessage? message, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            fields =>
            {
                var member = fields.Member("member");
                return sender is { } expected && member != expected
                    ? throw fields.Wrong("member", $"is not the member of the topic, {expected}")
                    : new MandateMessage(MandateOf(member, fields), fields.Signature());
            },
            out message, out error);

    public static byte[] Write(MandateReceipt receipt) => Written(json =>
    {
        json.WriteString("member", receipt.Member.Value);
        json.WriteNumber("number", receipt.Number);
        json.WriteBoolean("accepted", receipt.Accepted);
        WriteIfAny(json, "reason", receipt.Reason);
        WriteIfAny(json, "detail", receipt.Detail is { Length: > MaxDetailLength } detail ? detail[..MaxDetailLength] : receipt.Detail);
        if (!receipt.Signature.IsDefaultOrEmpty)
        {
            json.WriteString("signature", Hex(receipt.Signature.AsSpan()));
        }
    });

    /// <summary>Accepted with a signature, or refused with a reason; anything between is refused.</summary>
    public static bool TryReadMandateReceipt(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MandateReceipt? receipt, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields =>
            {
                var accepted = fields.Boolean("accepted");
                var reason = fields.TextOrNull("reason", MaxCodeLength);
                return accepted != (reason is null)
                    ? throw fields.Wrong("reason", "must be there exactly when the mandate is refused")
                    : new MandateReceipt(
                        fields.Member("member"), fields.Unsigned("number"), accepted, reason, fields.TextOrNull("detail", MaxDetailLength), accepted ? fields.Signature() : []);
            },
            out receipt, out error);

    public static byte[] Write(FundsNotice notice) => Written(json =>
    {
        json.WriteString("member", notice.Member.Value);
        json.WriteNumber("period", notice.Period.Index);
        json.WriteString("level", Code(notice.Outlook.Level));
        json.WriteNumber("availableMicroEur", notice.Outlook.Available.MicroEur);
        json.WriteNumber("spendingMicroEurPerPeriod", notice.Outlook.SpendingPerPeriod.MicroEur);
        if (notice.Outlook.LastsPeriods is { } lasts)
        {
            json.WriteNumber("lastsPeriods", lasts);
        }

        json.WriteNumber("largestBidMicroEur", notice.Outlook.LargestBid.MicroEur);
        json.WriteNumber("spentOnDayMicroEur", notice.SpentOnDay.MicroEur);
        if (notice.Mandate is { } mandate)
        {
            json.WriteStartObject("mandate");
            json.WriteNumber("number", mandate.Number);
            WriteMost(json, mandate);
            json.WriteEndObject();
        }
    });

    public static bool TryReadFundsNotice(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out FundsNotice? notice, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new FundsNotice(
                fields.Member("member"), fields.Period(),
                new FundsOutlook(
                    LevelOf(fields), new Money(fields.Integer("availableMicroEur")), new Money(fields.Integer("spendingMicroEurPerPeriod", 0)),
                    fields.IntegerOrNull("lastsPeriods"), new Money(fields.Integer("largestBidMicroEur", 0))),
                fields.Has("mandate") ? MandateOf(fields.Member("member"), fields.Object("mandate")) : null,
                new Money(fields.Integer("spentOnDayMicroEur", 0))),
            out notice, out error);

    /// <summary>A level as messages and the API say it.</summary>
    public static string Code(FundsLevel level) => level switch
    {
        FundsLevel.Fine => "fine",
        FundsLevel.Low => "low",
        _ => "short",
    };

    // No bound is written as no field: 2^64 − 1 is a number that readers in other languages would round.
    private static void WriteMost(Utf8JsonWriter json, Mandate mandate)
    {
        if (mandate.MostPerDay != Mandate.Unlimited)
        {
            json.WriteNumber("mostMicroEurPerDay", mandate.MostPerDay);
        }
    }

    private static Mandate MandateOf(MemberId member, JsonFields fields) =>
        new(member, fields.Unsigned("number"), fields.Has("mostMicroEurPerDay") ? fields.Unsigned("mostMicroEurPerDay") : Mandate.Unlimited);

    private static FundsLevel LevelOf(JsonFields fields) => fields.Text("level", MaxCodeLength) switch
    {
        "fine" => FundsLevel.Fine,
        "low" => FundsLevel.Low,
        "short" => FundsLevel.Short,
        _ => throw fields.Wrong("level", "must be fine, low or short"),
    };
}
