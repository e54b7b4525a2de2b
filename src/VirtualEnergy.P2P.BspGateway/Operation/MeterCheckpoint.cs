using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What one home of a checkpoint did so far; see <see cref="HomeSum"/>.</summary>
internal readonly record struct CheckpointLine(string Pod, long Measured, long Milliseconds, long ToldUp, long ToldDown);

/// <summary>What was measured of a running period up to an instant, as one line of a log.</summary>
internal sealed record MeterCheckpoint(long Period, long Milliseconds, ImmutableArray<CheckpointLine> Homes)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];

    /// <summary>The last whole line; null where there is none that a gateway wrote, and then nothing was measured.</summary>
    /// <param name="length">Up to where lines are whole.</param>
    public static MeterCheckpoint? Last(ReadOnlySpan<byte> log, out int length)
    {
        length = log.LastIndexOf((byte)'\n') + 1;
        if (length == 0)
        {
            return null;
        }

        try
        {
            var line = log[..(length - 1)];
            return JsonSerializer.Deserialize<MeterCheckpoint>(line[(line.LastIndexOf((byte)'\n') + 1)..], Json) is { Homes.IsDefault: false } checkpoint ? checkpoint : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
