using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Content;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Tests.Proof.S2;

/// <summary>What the parser owes for any payload at all.</summary>
internal static class S2ParserCheck
{
    /// <summary>Parses, and says what is wrong with the answer; null when nothing is.</summary>
    public static (S2Reading Reading, string? Problem) Of(byte[] payload)
    {
        S2Reading reading;
        try
        {
            reading = S2Codec.Read(payload);
        }
        catch (Exception thrown)
        {
            return (default, $"threw {thrown.GetType().Name}: {thrown.Message}");
        }

        return (reading, ProblemOf(reading, payload));
    }

    private static string? ProblemOf(S2Reading reading, byte[] payload)
    {
        if (reading.Message is null == reading.Refusal is null)
        {
            return "neither a message nor a refusal, or both";
        }

        if (reading.Refusal is { } refusal)
        {
            return refusal.Status is not (ReceptionStatusValue.InvalidData or ReceptionStatusValue.InvalidMessage or ReceptionStatusValue.InvalidContent)
                ? $"refused as {refusal.Status}"
                : refusal.Diagnostic.Length is 0 or > 300 || refusal.Diagnostic.Contains("VirtualEnergy", StringComparison.Ordinal) ? $"diagnostic '{refusal.Diagnostic}'"
                : null;
        }

        if (reading.Subject != (reading.Message as S2Request)?.MessageId)
        {
            return "the answer names another message";
        }

        _ = S2Content.ProblemOf(reading.Message!);
        var again = S2Codec.Read(S2Codec.Write(reading.Message!));
        return again.Message == reading.Message ? null : $"written and read again it is another message, from {JsonEncodedText.Encode(payload)}";
    }
}
