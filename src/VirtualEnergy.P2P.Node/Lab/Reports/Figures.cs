using System.Globalization;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>Measures as people read them. The same text on every machine.</summary>
public static class Figures
{
    /// <summary>What stands where there is nothing to say.</summary>
    public const string None = "–";

    public static string Percent(double? share) => share is null ? None : $"{PercentNumber(share)} %";

    /// <summary>For a column that has the sign in its heading.</summary>
    public static string PercentNumber(double? share) => share is { } value ? Text($"{Unsigned(value * 100, 1):0.0}") : None;

    public static string Euro(double euro) => Text($"{Unsigned(euro, 2):#,0.00}");

    public static string Cents(double? cents) => cents is { } value ? Text($"{Unsigned(value, 2):0.00}") : None;

    public static string KWh(double kWh) => Text($"{Unsigned(kWh, 1):#,0.0}");

    public static string Count(int count) => Text($"{count:#,0}");

    public static string Index(double? index) => index is { } value ? Text($"{value:0.000}") : None;

    /// <summary>"a", "a and b", "a, b and c".</summary>
    public static string List(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    // Half away from zero as people round, and no minus before a zero.
    private static double Unsigned(double value, int digits)
    {
        var rounded = Math.Round(value, digits, MidpointRounding.AwayFromZero);
        return rounded == 0 ? 0 : rounded;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
