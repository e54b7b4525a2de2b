using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>Decimals of a file of curves, exact to nine places; the tenth is rounded, half away from zero.</summary>
internal static class CurveNumber
{
    /// <summary>A price is kept in billionths of the file's unit, as a demand is in nano-watts.</summary>
    public const long PerUnit = Demand.NanoWattsPerWatt;

    /// <summary>The reason for what is no number at all, or no bid.</summary>
    public const string Malformed = "malformed";

    /// <summary>Null and the number in billionths, or the fault that a demand or price of this element has.</summary>
    public static string? FaultOf(JsonElement element, out long billionths)
    {
        billionths = 0;
        return element.ValueKind switch
        {
            // A number that even a decimal cannot hold is still a number.
            JsonValueKind.Number => element.TryGetDecimal(out var number) ? FaultOf(number, out billionths) : CurveFault.OutOfRange.Code(),
            JsonValueKind.Null => CurveFault.NotFinite.Code(), // what JavaScript writes for one
            JsonValueKind.String when element.ValueEquals("NaN"u8) || element.ValueEquals("Infinity"u8) || element.ValueEquals("-Infinity"u8) => CurveFault.NotFinite.Code(),
            _ => Malformed,
        };
    }

    /// <inheritdoc cref="FaultOf(JsonElement, out long)"/>
    public static string? FaultOf(ReadOnlySpan<char> text, out long billionths)
    {
        billionths = 0;
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? FaultOf(number, out billionths)
            : !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wide) ? Malformed
            : text.ContainsAnyInRange('0', '9') ? CurveFault.OutOfRange.Code()
            : double.IsFinite(wide) ? Malformed : CurveFault.NotFinite.Code();
    }

    private static string? FaultOf(decimal number, out long billionths)
    {
        var fits = Math.Abs(number) <= long.MaxValue / PerUnit;
        billionths = fits ? (long)decimal.Round(number * PerUnit, MidpointRounding.AwayFromZero) : 0;
        return fits ? null : CurveFault.OutOfRange.Code();
    }

    /// <summary>In the file's unit, without zeros at the end.</summary>
    public static decimal ToUnits(long billionths) => (decimal)billionths / PerUnit / 1.0000000000000000000000000000m;
}
