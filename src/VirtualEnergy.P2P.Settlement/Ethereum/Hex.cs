using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Ethereum's two ways to write bytes and numbers as text (execution-apis, "hex value encoding"): data is 0x and two digits a
/// byte; a quantity is 0x and as few digits as the number needs. Both are read strictly.
/// </summary>
public static class Hex
{
    public static string Of(ReadOnlySpan<byte> data) => "0x" + Convert.ToHexStringLower(data);

    public static string OfQuantity(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <exception cref="FormatException">Not 0x and an even number of hexadecimal digits.</exception>
    public static byte[] Parse(string? text) =>
        TryParse(text, out var data) ? data : throw new FormatException($"'{Shortened(text)}' is not hexadecimal data.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        if (text is null || text.Length % 2 != 0 || !text.StartsWith("0x", StringComparison.Ordinal))
        {
            return false;
        }

        var bytes = new byte[text.Length / 2 - 1];
        if (Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        data = bytes;
        return true;
    }

    /// <exception cref="FormatException">Not 0x and 1 to 64 hexadecimal digits without a leading zero.</exception>
    public static BigInteger ParseQuantity(string? text)
    {
        var wellFormed = text is { Length: >= 3 and <= 66 } && text.StartsWith("0x", StringComparison.Ordinal)
            && (text[2] != '0' || text.Length == 3) && text.Skip(2).All(char.IsAsciiHexDigit);
        return wellFormed
            ? BigInteger.Parse("0" + text![2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : throw new FormatException($"'{Shortened(text)}' is not a quantity.");
    }

    private static string Shortened(string? text) =>
        text is null ? "null" : text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "…");
}
