using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>Reads what an exchange publishes of promises in a period: <c>[{"at": …, "evidence": {…}}, …]</c>.</summary>
internal static class PromisesReader
{
    /// <summary>A member has at most one promise in a period, and its release; 8 KiB for each of as many members as a round can have bids would be more than any community has.</summary>
    public const int MostBytes = 16 << 20;

    public static bool TryRead(
        ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out IReadOnlyCollection<ReservationEvidence>? evidence, [NotNullWhen(false)] out string? error)
    {
        (evidence, error) = (null, null);
        try
        {
            using var document = JsonDocument.Parse(payload);
            var read = new List<ReservationEvidence>();
            foreach (var row in document.RootElement.EnumerateArray())
            {
                if (!WireFormat.TryReadReservationEvidence(JsonSerializer.SerializeToUtf8Bytes(row.GetProperty("evidence")), out var piece, out error))
                {
                    return false;
                }

                read.Add(piece);
            }

            evidence = read;
            return true;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            error = wrong.Message;
            return false;
        }
    }
}
