using System.Collections.Immutable;
using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>The comparison as a table in the terminal: a line a measure, a column a mechanism, the best of a line in bold.</summary>
internal static class LabTerminal
{
    /// <summary>Narrower than this a file or pipe is not, so that it holds the table unbroken.</summary>
    private const int LeastWidth = 130;

    /// <param name="console">Where to.</param>
    /// <param name="result">What is told.</param>
    /// <param name="withMembers">Also what each member saves.</param>
    public static void Write(IAnsiConsole console, LabResult result, bool withMembers)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        }

        ImmutableArray<Measures> all = [.. result.All.Select(replay => Measures.Of(replay, result.Baseline))];
        console.MarkupLineInterpolated($"[bold]{LabHeading.Of(result.Plan)}[/]");
        var table = TableFor(all.Select(measures => measures.Name), "", "");
        foreach (var row in MeasureRow.All)
        {
            table.AddRow([row.Title, row.Unit, .. all.Select(measures => row.IsBest(measures, all) ? $"[bold green]{row.Text(measures)}[/]" : row.Text(measures))]);
        }

        console.Write(table);
        if (withMembers)
        {
            console.Write(MembersOf(result));
        }

        console.MarkupLineInterpolated($"{Verdict.Of([.. all.Skip(1)], all[0])}");
    }

    private static Table MembersOf(LabResult result)
    {
        var table = TableFor(result.Mechanisms.Select(replay => replay.Name), "savings, EUR", "zone");
        foreach (var (i, home) in result.Baseline.Members.Index())
        {
            table.AddRow([Markup.Escape(home.Home), Markup.Escape(home.Zone.Value), .. result.Mechanisms.Select(replay => Figures.Euro(replay.Members[i].Savings.MicroEur / 1e6))]);
        }

        return table;
    }

    private static Table TableFor(IEnumerable<string> mechanisms, params string[] first)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(first);
        foreach (var name in mechanisms)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        }

        return table;
    }
}
