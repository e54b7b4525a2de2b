using System.Text;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Tables: beside every plot there is one that says the same.</summary>
internal static class HtmlTable
{
    /// <summary>Behind a line to click.</summary>
    public static string Folded(string summary, string caption, IEnumerable<string> headings, IEnumerable<IEnumerable<string>> lines) =>
        $"<details><summary>{Svg.Text(summary)}</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Svg.Text(caption)}\">{Of(caption, headings, lines)}</div></details>\n";

    /// <param name="caption">What the table shows and in which unit.</param>
    /// <param name="headings">The first heads the lines' names.</param>
    /// <param name="lines">Each begins with its name.</param>
    public static string Of(string caption, IEnumerable<string> headings, IEnumerable<IEnumerable<string>> lines)
    {
        var html = new StringBuilder("<table><caption>").Append(Svg.Text(caption)).Append("</caption><thead><tr>");
        foreach (var heading in headings)
        {
            html.Append($"<th scope=\"col\">{Svg.Text(heading)}</th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach (var line in lines)
        {
            html.Append("<tr>");
            foreach (var (i, cell) in line.Index())
            {
                html.Append(i == 0 ? $"<th scope=\"row\">{Svg.Text(cell)}</th>" : $"<td>{Svg.Text(cell)}</td>");
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody></table>").ToString();
    }
}
