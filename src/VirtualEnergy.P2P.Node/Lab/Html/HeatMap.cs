using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Hours of the clock down, days across, the stronger the colour the more: for prices and for energy.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Classes">Gives the colour.</param>
/// <param name="ValueOf">The value of an hour; null leaves it empty.</param>
internal sealed record HeatMap(string Title, string Unit, string Classes, Func<Stretch, double?> ValueOf)
{
    private const int Levels = 8;
    private const double Width = 360;
    private const double Left = 30;
    private const double Bottom = 20;
    private const double HourHeight = 6;

    public static readonly HeatMap Price = new("mean price", "ct/kWh", "price", hour => hour.Price);

    public static readonly HeatMap Volume = new("energy traded", "kWh", "volume", hour => hour.WattHours > 0 ? hour.KWh : null);

    /// <summary>Traded in each hour of each day; an hour that comes twice when the clocks go back counts once, as both together.</summary>
    public static ImmutableArray<Stretch> Hours(ReportData data, Series series) =>
        ReportData.Sum(series.Replay, data.Days.Length * 24, i => data.DayOf[i] * 24 + data.HourOf[i]);

    /// <summary>The least and the most of all mechanisms' hours, so that one colour means one value everywhere.</summary>
    public (double Low, double High) Range(ReportData data)
    {
        var values = data.Series.SelectMany(series => Hours(data, series)).Select(ValueOf).OfType<double>().DefaultIfEmpty(0).ToList();
        return (values.Min(), values.Max());
    }

    public string Draw(ReportData data, Series series, (double Low, double High) range)
    {
        var hours = Hours(data, series);
        var svg = new Svg(Width, 24 * HourHeight + Bottom, $"{series.Name}: {Title} in each hour of each day", Classes);
        var cell = (Width - Left - 2) / data.Days.Length;
        svg.Rectangle("nothing", Left, 0, Width - Left - 2, 24 * HourHeight);
        for (var level = 0; level < Levels; level++)
        {
            var path = new StringBuilder();
            for (var i = 0; i < hours.Length; i++)
            {
                if (ValueOf(hours[i]) is { } value && LevelOf(value, range) == level)
                {
                    path.Append($"M{i / 24} {i % 24}h1v1h-1z");
                }
            }

            svg.Path($"h{level}", path, $" transform=\"translate({Svg.N(Left)} 0) scale({cell:0.####} {Svg.N(HourHeight)})\"");
        }

        foreach (var hour in new[] { 0, 6, 12, 18 })
        {
            svg.Label("", Left - 6, hour * HourHeight + 10, $"{hour:00}", "end");
        }

        foreach (var (day, text) in TimePlots.DayLabels(data).Where(_ => data.Days.Length > 1))
        {
            svg.Label("", Left + day * cell, svg.Height - 4, text);
        }

        return svg.ToString();
    }

    /// <summary>The scale: a swatch a level, its ends in numbers.</summary>
    public string Legend((double Low, double High) range)
    {
        var swatches = new Svg(Levels * 18, 12, $"Scale from {Figures.Cents(range.Low)} to {Figures.Cents(range.High)} {Unit}", Classes);
        for (var level = 0; level < Levels; level++)
        {
            swatches.Rectangle($"h{level}", level * 18, 0, 18, 12);
        }

        var none = new Svg(18, 12, "Empty", "").Rectangle("nothing", 0, 0, 18, 12);
        return $"<ul class=\"legend\"><li>{Figures.Cents(range.Low)} {Sized(swatches)} {Figures.Cents(range.High)} {Unit}</li><li>{Sized(none)} nothing traded</li></ul>";
    }

    private static string Sized(Svg svg) => svg.ToString().Replace("<svg ", $"<svg width=\"{Svg.N(svg.Width)}\" height=\"{Svg.N(svg.Height)}\" ", StringComparison.Ordinal).TrimEnd();

    private static int LevelOf(double value, (double Low, double High) range) =>
        range.High > range.Low ? Math.Clamp((int)((value - range.Low) / (range.High - range.Low) * Levels), 0, Levels - 1) : Levels - 1;
}
