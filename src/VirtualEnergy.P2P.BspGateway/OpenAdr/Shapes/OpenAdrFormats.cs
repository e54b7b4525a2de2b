using System.Globalization;
using System.Text.RegularExpressions;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

/// <summary>Texts with a form: ids, ISO 8601 durations, RFC 3339 times, addresses.</summary>
internal static partial class OpenAdrFormats
{
    // The User Guide's way to say "now".
    private static readonly string[] Now = ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"];

    public static bool IsId(string text) => text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    public static bool IsDuration(string text) => DurationForm().IsMatch(text) && text[^1] is not ('P' or 'T');

    public static bool IsInstant(string text) => Now.Contains(text) || TryInstant(text, out _);

    public static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out _);

    /// <summary>An RFC 3339 time with its offset from UTC.</summary>
    public static bool TryInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        return InstantForm().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    /// <summary>A duration without years and months (whose length depends on the calendar), not negative and at most 10,000 days.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!IsDuration(text) || DurationForm().Match(text) is var match && (match.Groups["minus"].Length > 0 || match.Groups["calendar"].Length > 0))
        {
            return false;
        }

        var days = Part(match, "days") * (match.Groups["unit"].Value == "W" ? 7 : 1);
        var seconds = (((((days * 24) + Part(match, "hours")) * 60) + Part(match, "minutes")) * 60) + Part(match, "seconds");
        if (seconds > 10_000m * 86_400)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    private static decimal Part(Match match, string group) =>
        match.Groups[group].Success ? decimal.Parse(match.Groups[group].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"\A(?<minus>-?)P(?<calendar>(\d{1,9}Y)?(\d{1,9}M)?)((?<days>\d{1,9})(?<unit>[DW]))?(T((?<hours>\d{1,9})H)?((?<minutes>\d{1,9})M)?((?<seconds>\d{1,9}(\.\d{1,9})?)S)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex InstantForm();
}
