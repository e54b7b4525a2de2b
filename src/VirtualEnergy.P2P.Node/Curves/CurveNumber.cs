using System.Globalization;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>Decimals of a file of curves, exact to nine places; the tenth is rounded, half away from zero.</summary>
internal static class CurveNumber
{
    /// <summary>A price is kept in billionths of the file's unit, as a demand is in nano-watts.</summary>
    public const long PerUnit = Demand.NanoWattsPerWatt;

    /// <summary>False when the text is no number, with the fault that a demand then has.</summary>
    public static bool TryParse(string text, out long billionths, out string fault)
    {
        billionths = 0;
        if (text is "NaN" or "Infinity" or "-Infinity" or "inf" or "-inf" or "nan" or "null")
        {
            fault = CurveFault.NotFinite.Code();
            return false;
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            // A number that even a decimal cannot hold is still a number.
            fault = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? CurveFault.OutOfRange.Code() : "malformed";
            return false;
        }

        fault = CurveFault.OutOfRange.Code();
        if (Math.Abs(number) > long.MaxValue / PerUnit)
        {
            return false;
        }

        billionths = (long)decimal.Round(number * PerUnit, MidpointRounding.AwayFromZero);
        return true;
    }

    /// <summary>In the file's unit, without zeros at the end.</summary>
    public static decimal ToUnits(long billionths) => (decimal)billionths / PerUnit / 1.0000000000000000000000000000m;
}
