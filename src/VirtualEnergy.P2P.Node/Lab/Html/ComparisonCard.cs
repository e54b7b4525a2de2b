using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>The comparison as a table: a line a measure, a column a mechanism.</summary>
internal static class ComparisonCard
{
    public static string Of(ReportData data)
    {
        ImmutableArray<Measures> all = [data.Baseline, .. data.Series.Select(series => series.Measures)];
        var table = new StringBuilder("<p class=\"sideways\">Push the table sideways for the other columns.</p>\n<div class=\"scroll whole\" tabindex=\"0\" role=\"region\" aria-label=\"Comparison\"><table><thead><tr><th scope=\"col\">measure</th><th scope=\"col\" class=\"unit\">unit</th>");
        foreach (var measures in all)
        {
            table.Append($"<th scope=\"col\">{Svg.Text(measures.Name)}</th>");
        }

        table.Append("</tr></thead><tbody>\n");
        foreach (var row in MeasureRow.All)
        {
            var part = row.Title.StartsWith(' ');
            table.Append($"<tr{(part ? " class=\"part\"" : "")}><th scope=\"row\">{Svg.Text(row.Title.Trim())}<span class=\"unit\">{row.Unit}</span></th><td class=\"unit\">{row.Unit}</td>");
            foreach (var measures in all)
            {
                table.Append(row.IsBest(measures, all) ? $"<td class=\"best\">{row.Text(measures)}</td>" : $"<td>{row.Text(measures)}</td>");
            }

            table.Append("</tr>\n");
        }

        return Card.Of("", "All measures side by side",
            "Shaded: the best of a line, where one is better than another. Every measure is defined at the end of this page.", table.Append("</tbody></table></div>\n").ToString());
    }
}
