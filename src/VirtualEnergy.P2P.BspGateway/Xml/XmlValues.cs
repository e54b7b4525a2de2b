using System.Globalization;
using System.Text.RegularExpressions;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>Values as XML writes them, both ways. Reading takes exactly the written form, no spaces, no locale.</summary>
internal static partial class XmlValues
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
    private static readonly TimeSpan MostDuration = TimeSpan.FromDays(99_999);

    /// <summary>True for a type whose values are one piece of text.</summary>
    public static bool IsSimple(Type type) => type.IsEnum || type == typeof(string) || type == typeof(int) || type == typeof(long) || type == typeof(decimal) || type == typeof(bool)
        || type == typeof(Guid) || type == typeof(DateOnly) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan);

    /// <summary>The value, or null where the text is none of that type.</summary>
    public static object? Parse(Type type, string text, XmlPartAttribute part)
    {
        if (type == typeof(string))
        {
            return text.Length <= part.MostLength ? text : null;
        }

        if (text.Length > 64)
        {
            return null;
        }

        return type switch
        {
            _ when type.IsEnum => Enum.TryParse(type, text, ignoreCase: false, out var named) && Enum.GetName(type, named) == text ? named : null,
            _ when type == typeof(int) => Whole(text, part) is { } whole and >= int.MinValue and <= int.MaxValue ? (int)whole : null,
            _ when type == typeof(long) => Whole(text, part),
            _ when type == typeof(decimal) => Exact(text, part),
            _ when type == typeof(bool) => text switch { "true" or "1" => true, "false" or "0" => false, _ => null },
            _ when type == typeof(Guid) => Guid.TryParseExact(text, "D", out var id) ? id : null,
            _ when type == typeof(DateOnly) => DateOnly.TryParseExact(text, "yyyy-MM-dd", Invariant, DateTimeStyles.None, out var day) ? day : null,
            _ when type == typeof(DateTimeOffset) => Instant(text, part.Form),
            _ when type == typeof(TimeSpan) => Duration(text),
            _ => throw new NotSupportedException(type.Name),
        };
    }

    public static string Format(object value, XmlPartAttribute part) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        Guid id => id.ToString("D"),
        DateOnly day => day.ToString("yyyy-MM-dd", Invariant),
        DateTimeOffset instant => part.Form switch
        {
            InstantForm.Minutes => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", Invariant),
            InstantForm.Seconds => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Invariant),
            _ => instant.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", Invariant),
        },
        TimeSpan span => FormatDuration(span),
        decimal number => (number / 1.000000000000000000000000000m).ToString(Invariant), // without zeros at the end
        IFormattable other => other.ToString(null, Invariant),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static long? Whole(string text, XmlPartAttribute part) =>
        WholeForm().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out var value) && value >= part.Least && value <= part.Most ? value : null;

    // A decimal has 28 digits; what has more is not read, so nothing is ever rounded.
    private static decimal? Exact(string text, XmlPartAttribute part)
    {
        if (!DecimalForm().IsMatch(text))
        {
            return null;
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (text, "") : (text[..point], text[(point + 1)..].TrimEnd('0'));
        var digits = whole.TrimStart('+', '-').TrimStart('0').Length + fraction.Length;
        return digits <= part.Digits && fraction.Length <= part.Fraction && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, Invariant, out var value)
            ? value
            : null;
    }

    private static DateTimeOffset? Instant(string text, InstantForm form)
    {
        if (form != InstantForm.AnyZone)
        {
            var shape = form == InstantForm.Minutes ? "yyyy-MM-dd'T'HH:mm'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'";
            return DateTimeOffset.TryParseExact(text, shape, Invariant, DateTimeStyles.AssumeUniversal, out var utc) ? utc : null;
        }

        var match = InstantForms().Match(text);
        if (!match.Success)
        {
            return null;
        }

        // Fractions beyond 100 ns are cut: nothing here is ordered by them.
        var fraction = match.Groups[2].Value;
        var cut = match.Groups[1].Value + (fraction.Length > 7 ? fraction[..8] : fraction) + match.Groups[3].Value;
        return DateTimeOffset.TryParseExact(cut, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", Invariant, DateTimeStyles.None, out var instant) ? instant : null;
    }

    // Years and months have no length of their own and are not read.
    private static TimeSpan? Duration(string text)
    {
        var match = DurationForm().Match(text);
        if (!match.Success || text.EndsWith('T') || text.EndsWith('P'))
        {
            return null;
        }

        long Part(int group) => match.Groups[group].Success ? long.Parse(match.Groups[group].ValueSpan, Invariant) : 0;
        var span = TimeSpan.FromSeconds((Part(1) * 86_400) + (Part(2) * 3_600) + (Part(3) * 60) + Part(4));
        return span <= MostDuration ? span : null;
    }

    private static string FormatDuration(TimeSpan span)
    {
        var (days, seconds) = span > OneDay ? (span.Days, (long)(span - TimeSpan.FromDays(span.Days)).TotalSeconds) : (0, (long)span.TotalSeconds);
        var date = days > 0 ? string.Create(Invariant, $"P{days}D") : "P";
        return days > 0 && seconds == 0 ? date : seconds % 60 == 0 ? string.Create(Invariant, $"{date}T{seconds / 60}M") : string.Create(Invariant, $"{date}T{seconds}S");
    }

    [GeneratedRegex(@"\A[+-]?[0-9]{1,19}\z")]
    private static partial Regex WholeForm();

    [GeneratedRegex(@"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\z")]
    private static partial Regex DecimalForm();

    [GeneratedRegex(@"\A([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex InstantForms();

    [GeneratedRegex(@"\AP(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,8})S)?)?\z")]
    private static partial Regex DurationForm();
}
