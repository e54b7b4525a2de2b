using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Messages as JSON (docs/messages.md). Writing is deterministic: the same message gives the same bytes. Reading takes
/// nothing on trust: bounded in size and depth, every field checked, a field twice refused, an unknown field ignored. It
/// never throws, whatever the bytes.
/// </summary>
/// <remarks>Energy is in Wh, prices in µEUR/kWh, members are 0x and 40 lower-case digits, instants ISO 8601 in UTC.</remarks>
public static partial class WireFormat
{
    public const int MaxBidBytes = 16 * 1024;

    /// <summary>Everything else that a node sends or gets for itself, and what describes the market.</summary>
    public const int MaxSmallBytes = 4 * 1024;

    /// <summary>The description of a market, whose network may have thousands of lines.</summary>
    public const int MaxMarketBytes = 2 * 1024 * 1024;

    /// <summary>About 20,000 trades.</summary>
    public const int MaxRoundResultBytes = 4 * 1024 * 1024;

    /// <summary>Steps a side that are still read: more than a bid may have, so that the answer is <c>too-many-steps</c>.</summary>
    public const int MaxReadableSteps = 256;

    public const int MaxDetailLength = 512;

    private const int MaxHashLength = 66;
    private const int MaxPath = 32;
    private const int MaxNameLength = 128;
    private const int MaxCodeLength = 64;

    private delegate T Reading<out T>(JsonFields fields);

    private static byte[] Written(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool TryRead<T>(
        ReadOnlySpan<byte> payload, int maxBytes, Reading<T> reading, [NotNullWhen(true)] out T? message, [NotNullWhen(false)] out string? error)
        where T : class
    {
        message = null;
        if (payload.Length > maxBytes)
        {
            error = TooLarge(payload.Length, maxBytes);
            return false;
        }

        try
        {
            message = reading(JsonFields.Parse(payload));
            error = null;
            return true;
        }
        catch (MalformedMessageException malformed)
        {
            error = malformed.Message;
            return false;
        }
    }

    private static string TooLarge(int length, int maxBytes) =>
        string.Create(CultureInfo.InvariantCulture, $"The payload has {length} bytes; at most {maxBytes} are read.");

    private static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(JsonFields.InstantFormat, CultureInfo.InvariantCulture);
}
