using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>A number of a book file: at most six decimals, kept exact.</summary>
internal static class BookNumber
{
    public const string NotANumber = "is missing or not a number.";

    /// <exception cref="UserErrorException">It is no number, too large or too fine.</exception>
    public static decimal Of(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw new UserErrorException($"{what} {NotANumber}");
        }

        return TryParse(JsonMarshal.GetRawUtf8Value(value), out var number, out var fault) ? number : throw new UserErrorException($"{what} {fault}");
    }

    /// <param name="text">A JSON number.</param>
    /// <param name="number">The number.</param>
    /// <param name="fault">Why it is none for a book.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out decimal number, out string? fault)
    {
        fault = null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) || Math.Abs(number) > 1e19m)
        {
            fault = $"{Encoding.UTF8.GetString(text)} is out of range.";
        }

        // decimal.TryParse rounds what it cannot hold; that it did not shows in the decimals of the text.
        else if (decimal.Round(number, BookFile.Decimals) != number || SignificantDecimals(text) > BookFile.Decimals)
        {
            fault = $"{Encoding.UTF8.GetString(text)} has more than six decimals.";
        }

        return fault is null;
    }

    /// <summary>Decimals that the text really uses: 1.500 uses one, 2.5e-3 uses four.</summary>
    private static int SignificantDecimals(ReadOnlySpan<byte> text)
    {
        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return int.MaxValue;
        }

        var point = mantissa.IndexOf((byte)'.');
        return point < 0 ? -exponent : mantissa.TrimEnd((byte)'0').Length - point - 1 - exponent;
    }
}
