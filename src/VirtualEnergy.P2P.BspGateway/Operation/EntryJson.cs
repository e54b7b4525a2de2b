using System.Text.Json;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Entries of the gateway's logs as JSON, a line each: an entry that has more than it should, or null where something must be, is none. What is null is not written.</summary>
internal static class EntryJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    };

    /// <typeparam name="T">What all entries of the log have in common, with the names of its kinds.</typeparam>
    /// <exception cref="JsonException">It is no entry.</exception>
    public static T Read<T>(ReadOnlySpan<byte> line)
        where T : class => JsonSerializer.Deserialize<T>(line, Options) ?? throw new JsonException("null is no entry.");

    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte})"/>
    public static byte[] Write<T>(T entry)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(entry, Options);
}
