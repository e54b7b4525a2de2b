using System.Collections.Immutable;
using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>The comparison as a table in the terminal: a line a measure, a column a mechanism, the best of a line in bold.</summary>
internal static class LabTerminal
{
    /// <summary>Narrower than this a file or pipe is not, so that it holds the table unbroken.</summary>
    private const int LeastWidth = 130;

    public static void Write(IAnsiConsole console, LabResult result)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        }

        ImmutableArray<Measures> all = [.. result.All.Select(replay => Measures.Of(replay, result.Baseline))];
        console.MarkupLineInterpolated($"[bold]{LabHeading.Of(result.Plan)}[/]");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn("");
        foreach (var measures in all)
        {
            table.AddColumn(new TableColumn(Markup.Escape(measures.Name)).RightAligned());
        }

        foreach (var row in MeasureRow.All)
        {
            table.AddRow([row.Title, row.Unit, .. all.Select(measures => row.IsBest(measures, all) ? $"[bold green]{row.Text(measures)}[/]" : row.Text(measures))]);
        }

        console.Write(table);
        console.MarkupLineInterpolated($"{Verdict.Of([.. all.Skip(1)], all[0])}");
    }
}
