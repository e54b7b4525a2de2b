using VirtualEnergy.P2P.Settlement.Auditing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>The table in docs/cheating.md says what the tests show.</summary>
public sealed class CheatTableTests
{
    private static readonly string Page = Path.Combine(RepositoryFiles.Root, "docs", "cheating.md");

    [Fact]
    public void The_documented_table_is_the_tested_one()
    {
        string[] expected = [.. Cheat.All.Select(cheat => Row(cheat.Name, cheat.Notices, cheat.Check, cheat.Proof)), CheatingOperatorTests.Twice, CheatingOperatorTests.Blocked,
            .. MeteredCheat.All.Select(cheat => Row(cheat.Name, MeteredCheat.Notices, cheat.Check, cheat.Proof)), CheatingWithMetersTests.Estimated];
        var documented = File.ReadAllLines(Page).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToArray();
        Assert.Equal(expected, documented);
    }

    private static string Row(string name, string notices, AuditCheck check, string? proof) => $"| {name} | {notices} | `{CodeOf(check)}` | {ProofOf(proof)} |";

    private static string CodeOf(AuditCheck check) => new AuditFinding(default, check, "", "", "").Code;

    private static string ProofOf(string? proof) => proof switch
    {
        null => "none yet: the node takes its member's money out",
        FraudEvidence.Demand => "`demandHeads`, then `proveWithheld`",
        _ => $"`{proof}`",
    };
}
