using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>Reads back what the journal wrote as text. A row that does not read is damage, and said so.</summary>
internal static class JournalText
{
    public static string Hex(ImmutableArray<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes.AsSpan());

    public static ImmutableArray<byte> Bytes(string hex) => [.. Convert.FromHexString(hex.AsSpan(2))];

    public static Hash256 Hash(string text) =>
        Hash256.TryParse(text, out var hash) ? hash : throw new JournalException($"The journal holds '{text}' where a hash belongs: it is damaged.");

    public static JournalledMandate Mandate(string message, string receipt)
    {
        string? error;
        return WireFormat.TryReadMandate(Encoding.UTF8.GetBytes(message), null, out var mandate, out error)
            && WireFormat.TryReadMandateReceipt(Encoding.UTF8.GetBytes(receipt), out var answer, out error)
            ? new JournalledMandate(mandate, answer)
            : throw new JournalException($"The journal's mandate '{message}' does not read: {error}");
    }

    public static DeviationResult Deviations(string message) =>
        WireFormat.TryReadDeviations(Encoding.UTF8.GetBytes(message), out var result, out var error)
            ? result : throw new JournalException($"A metered period of the journal does not read: {error}");
}
