using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Bsp.Profiles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp;

/// <summary>Figures and codes in docs/bsp-rules.md are those of the profiles and the code.</summary>
public sealed partial class DocumentedRulesTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "bsp-rules.md"));

    [Fact]
    public void The_table_of_figures_is_that_of_the_profiles()
    {
        var (italy, europe) = (Root(ShippedProfiles.ItalianMsd), Root(ShippedProfiles.EuropeanMfrr));
        var names = italy.Where(figure => figure.Value is JsonObject value && value.ContainsKey("value")).Select(figure => figure.Key).ToList();
        Assert.All(names, name => Assert.Contains($"| `{name}` | {Cell(italy[name]!)} | {Cell(europe[name]!)} |\n", Page, StringComparison.Ordinal));
        Assert.Equal(names.Count, FigureRow().Count(Page));
    }

    [Theory]
    [InlineData("Portfolio")]
    [InlineData("Offers")]
    [InlineData("Baselines")]
    [InlineData("Remuneration")]
    public void Every_code_that_the_rules_give_is_on_the_page(string folder)
    {
        // A family is written once and then by its ending: headroom-span, -steps.
        var codes = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "src", "VirtualEnergy.P2P.Bsp", folder), "*.cs")
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.True(
            Page.Contains($"`{code}`", StringComparison.Ordinal) || (code.StartsWith("headroom", StringComparison.Ordinal) && Page.Contains($"`{code["headroom".Length..]}`", StringComparison.Ordinal)), code));
    }

    private static JsonObject Root(string name) => JsonNode.Parse(ShippedProfiles.File(name).Span)!.AsObject();

    private static string Cell(JsonNode figure)
    {
        var value = figure["value"]!.AsValue();
        var text = value.TryGetValue(out long number) ? string.Create(CultureInfo.InvariantCulture, $"{number:N0} {figure["unit"]}") : value.ToString();
        return $"{text} ({figure["basis"]})".Replace("permille", "‰", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| `\w+` \| .* \((text|secondary|unread|ours)\) \| ", RegexOptions.Multiline)]
    private static partial Regex FigureRow();

    [GeneratedRegex(@"new\(""([a-z]+(?:-[a-z]+)+)"",")]
    private static partial Regex Code();
}
