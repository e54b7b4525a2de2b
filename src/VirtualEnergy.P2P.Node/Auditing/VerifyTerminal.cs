using System.Globalization;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>An audit for people: a line a round, then what was looked at, then the first difference in words and numbers.</summary>
internal static class VerifyTerminal
{
    /// <summary>Narrower than this a file or pipe is not, so that it holds the table unbroken.</summary>
    private const int LeastWidth = 130;

    /// <summary>Of a longer span the first and the last rounds are shown, and all that differ.</summary>
    private const int Ends = 12;

    public static void Write(IAnsiConsole console, VerifyResult result)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        }

        console.MarkupLineInterpolated($"[bold]{result.Rounds.Length} rounds of contract {result.Contract} on chain {result.ChainId}, published by {result.Source}[/]");
        if (!result.Rounds.IsEmpty)
        {
            console.Write(TableOf(result));
        }

        foreach (var line in Remarks(result))
        {
            console.MarkupLineInterpolated($"[grey]{line}[/]");
        }

        if (result.First is not { } first)
        {
            console.MarkupLine($"[bold green]Everything follows from the bids{(result.Meterings.Any(metering => metering.WhyNot is null) ? " and the meters" : "")}[/], to the byte.");
            return;
        }

        console.MarkupLineInterpolated(first.Check == AuditCheck.Promise
            ? (FormattableString)$"[bold red]In period {first.Period} a home trades what it has promised elsewhere:[/] {first.What}."
            : result.IsFirstMetered
            ? (FormattableString)$"[bold red]The deviations of period {first.Period} do not follow from readings and trades:[/] {first.What}."
            : $"[bold red]Period {first.Period} does not follow from its bids:[/] {first.What}.");
        console.MarkupLineInterpolated($"  {first.Said};");
        console.MarkupLineInterpolated($"  {first.Follows}.");
        console.MarkupLineInterpolated($"  {ProofOf(first)}");
    }

    /// <summary>What shows a difference on the chain, as a sentence.</summary>
    public static string ProofOf(AuditFinding finding) => finding.Evidence switch
    {
        null => "No proof on the chain shows it.",
        { IsProof: true } evidence => $"On the chain it is shown by {evidence.Proof}: {evidence.About}.",
        { Proof: var demand, About: var about } => $"Only the operator can show what he committed to: {demand} makes him, {about}; silence proves it (proveWithheld).",
    };

    private static Table TableOf(VerifyResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            new TableColumn("period").RightAligned(), new TableColumn("bids").RightAligned(), new TableColumn("trades").RightAligned(),
            new TableColumn("kWh").RightAligned(), new TableColumn("ct/kWh").RightAligned(), new TableColumn("chain"), new TableColumn("follows from the bids"),
            new TableColumn("from the meters"));
        var meterings = result.Meterings.ToDictionary(metering => metering.Period);
        var left = 0;
        for (var i = 0; i < result.Rounds.Length; i++)
        {
            var round = result.Rounds[i];
            var metering = meterings.GetValueOrDefault(round.Period);
            if (round.Finding is null && metering is null or { Finding: null, WhyNot: null } && i >= Ends && i < result.Rounds.Length - Ends)
            {
                left++;
                continue;
            }

            if (left > 0)
            {
                table.AddRow("…", "", "", "", "", "", $"[green]yes[/], {left} more", "");
                left = 0;
            }

            table.AddRow(
                round.Period.ToString(), Text($"{round.Bids}"), Text($"{round.Trades}"), Text($"{round.Volume.WattHours / 1e3:0.000}"),
                round.Price is { } price ? Text($"{price.MicroEurPerKWh / 1e4:0.00}") : "–", ChainOf(round.Chain),
                round.Finding is null ? "[green]yes[/]" : $"[red]no[/]: {Markup.Escape(round.Finding.What)}", WordsFor(metering));
        }

        return table;
    }

    private static string WordsFor(VerifiedMetering? metering) => metering switch
    {
        null => "–",
        { WhyNot: not null } => "[yellow]not audited[/]",
        { Finding: { } finding } => $"[red]no[/]: {Markup.Escape(finding.What)}",
        _ => Text($"[green]yes[/], {metering.Readings} readings") + (metering.Estimates > 0 ? Text($", {metering.Estimates} estimates") : ""),
    };

    private static IEnumerable<string> Remarks(VerifyResult result)
    {
        if (result.Overall is null && !result.RulesAreAgreed)
        {
            yield return "The contract keeps no rules: those that the source gave were taken as they are.";
        }

        if (result.Rounds.Count(round => round.Chain == CommitmentCheck.BeyondRing) is > 0 and var old)
        {
            yield return $"{old} rounds have left the contract's ring of commitments; for them the log is the node's word.";
        }

        if (result.Meterings.FirstOrDefault(metering => metering.WhyNot is not null) is { } skipped)
        {
            yield return $"{result.Meterings.Count(metering => metering.WhyNot is not null)} metered batches were not audited, the first of period {skipped.Period}: {skipped.WhyNot}.";
        }

        if (result.Meterings.Sum(metering => metering.Unseen) is > 0 and var unseen)
        {
            yield return $"{unseen} corrections begin from what was settled before the span, which could not be had: those numbers were taken as published.";
        }

        yield return result.Balances switch
        {
            { WhyNot: { } why } => $"Balances were not compared: {why}.",
            { Finding: null, Members: var members } => $"The balances of {members} members are their deposits, trades and withdrawals, to the µEUR.",
            _ => "Balances differ.",
        };
    }

    private static string ChainOf(CommitmentCheck? check) => check switch
    {
        CommitmentCheck.Kept => "commitment",
        CommitmentCheck.BeyondRing => "log",
        CommitmentCheck.Differs => "[red]differs[/]",
        _ => "–",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
