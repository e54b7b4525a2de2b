using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VirtualEnergy.P2P.Market;

/// <summary>Amounts of euros as people write them, to the µEUR and never by way of floating point: <c>12.5</c> is 12,500,000 µEUR.</summary>
public static class Euros
{
    private const int Decimals = 6;
    private const long MicroEurPerEuro = 1_000_000;

    // Nine digits before the point: far more than a member's balance can hold, and every such amount fits into 64 bits.
    private const int MaxWholeDigits = 9;

    /// <summary>Digits, and after a point one to six more. No sign, no exponent, no separator of thousands, no comma.</summary>
    /// <param name="text">What somebody wrote.</param>
    /// <param name="amount">0 or more.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Money amount)
    {
        amount = default;
        var point = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var whole = text.AsSpan(0, point < 0 ? text?.Length ?? 0 : point);
        var fraction = point < 0 ? default : text.AsSpan(point + 1);
        if (whole.Length is 0 or > MaxWholeDigits || !AreDigits(whole) || (point >= 0 && fraction.IsEmpty) || fraction.Length > Decimals || !AreDigits(fraction))
        {
            return false;
        }

        var micro = fraction.IsEmpty ? 0 : long.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        for (var digit = fraction.Length; digit < Decimals; digit++)
        {
            micro *= 10;
        }

        amount = new Money(long.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture) * MicroEurPerEuro + micro);
        return true;
    }

    /// <summary>At least two decimals, and as many more as the amount has: <c>12.50</c>, <c>-0.001234</c>.</summary>
    public static string Format(Money amount)
    {
        var magnitude = UInt128.CreateChecked(Int128.Abs(amount.MicroEur));
        var micro = ((long)(magnitude % MicroEurPerEuro)).ToString("D6", CultureInfo.InvariantCulture).TrimEnd('0').PadRight(2, '0');
        return string.Create(CultureInfo.InvariantCulture, $"{(amount.MicroEur < 0 ? "-" : "")}{magnitude / MicroEurPerEuro}.{micro}");
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
