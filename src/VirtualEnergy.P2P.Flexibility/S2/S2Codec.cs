using System.Text.Json;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2;

/// <summary>Why a message is not taken, in S2's own words.</summary>
/// <param name="Status">Never <see cref="ReceptionStatusValue.Ok"/>.</param>
/// <param name="Diagnostic">For the peer's developer: where and what.</param>
public sealed record S2Refusal(ReceptionStatusValue Status, string Diagnostic);

/// <summary>What a payload was: a message, or a refusal.</summary>
/// <param name="Message">Null when refused.</param>
/// <param name="Refusal">Null when taken.</param>
/// <param name="Subject">The id that an answer must name; null where the payload must not be answered, because it was itself an answer.</param>
public readonly record struct S2Reading(S2Message? Message, S2Refusal? Refusal, Identifier? Subject);

/// <summary>Messages from and to JSON. Nothing in a payload makes it throw.</summary>
public static class S2Codec
{
    /// <summary>The protocol version of the schemas that these messages follow.</summary>
    public const string ProtocolVersion = "0.0.2-beta";

    /// <summary>Larger payloads are not looked at, 1 MiB.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The deepest valid message, an FRBC system description, has nine levels.</summary>
    public const int MostDepth = 16;

    private const string StatusType = "ReceptionStatus";

    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = MostDepth };

    public static byte[] Write(S2Message message) => JsonSerializer.SerializeToUtf8Bytes(message, S2JsonContext.Default.S2Message);

    public static S2Reading Read(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MostBytes)
        {
            return Refused(ReceptionStatusValue.InvalidData, $"larger than {MostBytes} bytes", Identifier.Unknown);
        }

        try
        {
            using var document = JsonDocument.Parse(payload, DocumentOptions);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return Refused(ReceptionStatusValue.InvalidData, $"no JSON, or nested deeper than {MostDepth}", Identifier.Unknown);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped, is JSON; what it is in is no text.
            return Refused(ReceptionStatusValue.InvalidData, "a text that is no Unicode", Identifier.Unknown);
        }
    }

    private static S2Reading Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Refused(ReceptionStatusValue.InvalidData, "a message is a JSON object", Identifier.Unknown);
        }

        // An answer to an answer could go back and forth for ever.
        var isStatus = root.TryGetProperty("message_type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == StatusType;
        Identifier? subject = isStatus ? null : IdOf(root);
        if (subject is null && !isStatus)
        {
            return Refused(ReceptionStatusValue.InvalidData, "message_id: an identifier is needed", Identifier.Unknown);
        }

        if (NullIn(root) is { } place)
        {
            return Refused(ReceptionStatusValue.InvalidMessage, $"{place}: null; a field without a value is left out", subject);
        }

        try
        {
            return new S2Reading(root.Deserialize(S2JsonContext.Default.S2Message), null, subject);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or NotSupportedException)
        {
            var status = fault is FieldException { IsContent: true } ? ReceptionStatusValue.InvalidContent : ReceptionStatusValue.InvalidMessage;
            return Refused(status, $"{Faults.Place(fault).TrimStart('.')}: {Faults.Problem(fault)}", subject);
        }
    }

    private static Identifier? IdOf(JsonElement root) =>
        root.TryGetProperty("message_id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { } text && Identifier.IsValid(text) ? new Identifier(text) : null;

    private static string? NullIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => "value",
        JsonValueKind.Object => element.EnumerateObject().Where(field => NullIn(field.Value) is not null).Select(field => field.Name).FirstOrDefault(),
        JsonValueKind.Array => element.EnumerateArray().Select(NullIn).FirstOrDefault(place => place is not null),
        _ => null,
    };

    private static S2Reading Refused(ReceptionStatusValue status, string diagnostic, Identifier? subject) =>
        new(null, new S2Refusal(status, diagnostic.Length <= 300 ? diagnostic : diagnostic[..300]), subject);
}
