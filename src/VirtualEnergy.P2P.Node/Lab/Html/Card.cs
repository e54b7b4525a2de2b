namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>A panel of the report: a heading, what it shows in plain words, and its content.</summary>
internal static class Card
{
    /// <param name="classes">"half" for half of a wide page.</param>
    /// <param name="heading">Plain text.</param>
    /// <param name="text">What the figure means; plain text.</param>
    /// <param name="content">HTML.</param>
    public static string Of(string classes, string heading, string text, string content) =>
        $"<section class=\"card {classes}\">\n<h2>{Svg.Text(heading)}</h2>\n<p>{Svg.Text(text)}</p>\n{content}</section>\n";

    /// <summary>A drawing at two widths, of which the style sheet shows the one that fits: text must not shrink with the page.</summary>
    /// <param name="draw">Draws at a width, with the classes given.</param>
    /// <param name="wide">Width on a wide page.</param>
    public static string Figure(Func<double, string, string> draw, double wide) => $"<figure>\n{draw(344, "narrow")}{draw(wide, "wide")}</figure>\n";

    /// <summary>A drawing for each mechanism, side by side as far as there is room.</summary>
    public static string Multiples(ReportData data, Func<Series, string> draw, Func<Series, string> note) =>
        $"<div class=\"multiples\">\n{string.Concat(data.Series.Select(series => $"<figure class=\"{series.Colour}\"><figcaption><b>{Svg.Text(series.Name)}</b><span>{Svg.Text(note(series))}</span></figcaption>\n{draw(series)}</figure>\n"))}</div>\n";
}
