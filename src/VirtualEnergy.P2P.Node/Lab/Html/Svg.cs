using System.Text;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Writes one inline drawing. Coordinates are CSS pixels at its own width; colours and fonts are the style sheet's.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _out = new();

    /// <param name="width">Width of the drawing.</param>
    /// <param name="height">Height of the drawing.</param>
    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="classes">Classes of the root.</param>
    public Svg(double width, double height, string title, string classes = "")
    {
        (Width, Height) = (width, height);
        _out.Append($"<svg role=\"img\" class=\"{classes}\" viewBox=\"0 0 {N(width)} {N(height)}\"><title>{Text(title)}</title>");
    }

    public double Width { get; }

    public double Height { get; }

    public Svg Rectangle(string classes, double x, double y, double width, double height, double radius = 0, string? title = null) => Add(
        $"<rect class=\"{classes}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, width))}\" height=\"{N(Math.Max(0, height))}\"{(radius > 0 ? $" rx=\"{N(radius)}\"" : "")}",
        "rect", title);

    public Svg Line(string classes, double x1, double y1, double x2, double y2) =>
        Add($"<line class=\"{classes}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"", "line", null);

    public Svg Circle(string classes, double x, double y, double radius, string? title = null) =>
        Add($"<circle class=\"{classes}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"", "circle", title);

    /// <param name="path">Path data; nothing is drawn when it is empty.</param>
    public Svg Path(string classes, StringBuilder path, string attributes = "") =>
        path.Length == 0 ? this : Add($"<path class=\"{classes}\"{attributes} d=\"{path}\"", "path", null);

    /// <param name="anchor">start, middle or end.</param>
    public Svg Label(string classes, double x, double y, string text, string anchor = "start")
    {
        _out.Append($"<text class=\"{classes}\" x=\"{N(x)}\" y=\"{N(y)}\"{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}>{Text(text)}</text>");
        return this;
    }

    public override string ToString() => $"{_out}</svg>\n";

    /// <summary>A coordinate: two decimals are finer than any screen.</summary>
    public static string N(double value) => Math.Round(value, 2) is var rounded && rounded == 0 ? "0" : $"{rounded:0.##}";

    /// <summary>Text as HTML takes it, in elements and in quoted attributes.</summary>
    public static string Text(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private Svg Add(string opening, string element, string? title)
    {
        _out.Append(opening).Append(title is null ? "/>" : $"><title>{Text(title)}</title></{element}>");
        return this;
    }
}
