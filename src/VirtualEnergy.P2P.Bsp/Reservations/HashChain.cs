using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>
/// Lines of a log, each bound to all before it: 64 hexadecimal digits of digest(the line before's digest ‖ text), a space, the text, a line feed.
/// A line that was changed, taken out, put in or moved is found; a file that lost its end is not, unless <see cref="Head"/> was noted elsewhere.
/// </summary>
internal sealed class HashChain(ContentHash digest)
{
    private const int HexDigits = 2 * Hash256.Size;

    /// <summary>The digest of the last line; zero before the first.</summary>
    public Hash256 Head { get; private set; }

    /// <summary>The line for a text, which becomes the last one only by <see cref="Advance"/>: what is not on disk has not happened.</summary>
    public (byte[] Line, Hash256 Head) Next(ReadOnlySpan<byte> text)
    {
        var head = Bind(text);
        var line = new byte[HexDigits + 1 + text.Length + 1];
        Convert.TryToHexStringLower(head.ToArray(), line.AsSpan(0, HexDigits), out _);
        line[HexDigits] = (byte)' ';
        text.CopyTo(line.AsSpan(HexDigits + 1));
        line[^1] = (byte)'\n';
        return (line, head);
    }

    public void Advance(Hash256 head) => Head = head;

    /// <summary>The text of the next line, without its line feed; false if it does not follow from the lines before.</summary>
    public bool TryFollow(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = line.Length > HexDigits && line[HexDigits] == (byte)' ' ? line[(HexDigits + 1)..] : default;
        Span<byte> claimed = stackalloc byte[Hash256.Size];
        if (text.IsEmpty || Convert.FromHexString(line[..HexDigits], claimed, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var head = Bind(text);
        if (head != new Hash256(claimed))
        {
            return false;
        }

        Head = head;
        return true;
    }

    private Hash256 Bind(ReadOnlySpan<byte> text)
    {
        var bound = new byte[Hash256.Size + text.Length];
        Head.CopyTo(bound);
        text.CopyTo(bound.AsSpan(Hash256.Size));
        return digest(bound);
    }
}
