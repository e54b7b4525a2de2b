using System.Buffers;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>
/// Many programs write <c>NaN</c> and <c>Infinity</c> where JSON has no such numbers. Put in quotes they can be read, and the
/// one bid that holds them refused.
/// </summary>
internal static class NotFiniteNumbers
{
    private static readonly byte[][] Names = ["-Infinity"u8.ToArray(), "Infinity"u8.ToArray(), "NaN"u8.ToArray()];

    public static ReadOnlyMemory<byte> Quote(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        if (text.IndexOf("NaN"u8) < 0 && text.IndexOf("Infinity"u8) < 0)
        {
            return json;
        }

        var quoted = new ArrayBufferWriter<byte>(text.Length + 64);
        var insideString = false;
        for (var i = 0; i < text.Length;)
        {
            if (!insideString && NameAt(text[i..]) is { } name)
            {
                quoted.Write("\""u8);
                quoted.Write(name);
                quoted.Write("\""u8);
                i += name.Length;
                continue;
            }

            // Inside a string a backslash takes the next byte with it.
            var length = insideString && text[i] == '\\' && i + 1 < text.Length ? 2 : 1;
            insideString ^= text[i] == '"';
            quoted.Write(text.Slice(i, length));
            i += length;
        }

        return quoted.WrittenMemory;
    }

    private static byte[]? NameAt(ReadOnlySpan<byte> text)
    {
        foreach (var name in Names)
        {
            if (text.StartsWith(name))
            {
                return name;
            }
        }

        return null;
    }
}
