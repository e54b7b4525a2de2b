using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange.Funds;

/// <summary>The selectors that stand in the member's page, held to the signatures beside them and to the contracts' errors.</summary>
public sealed partial class PageCallsTests
{
    private static readonly string Script =
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "src", "VirtualEnergy.P2P.Exchange", "wwwroot", "funds", "calls.js"));

    [Fact]
    public void Every_selector_is_its_signatures()
    {
        var calls = Call().Matches(Script);
        Assert.Equal(7, calls.Count);
        Assert.All(calls, call => Assert.Equal(Selector(call.Groups[1].Value), call.Groups[2].Value));
    }

    [Fact]
    public void Every_refusal_is_an_error_of_the_contracts_and_has_a_meaning()
    {
        var refusals = Refusal().Matches(Script);
        Assert.Equal(11, refusals.Count);
        Assert.All(refusals, refusal =>
        {
            Assert.Equal(Selector(refusal.Groups[2].Value), refusal.Groups[1].Value);
            Assert.Contains(EnergySettlementContract.Errors, error => error.CanonicalSignature == refusal.Groups[2].Value);
            Assert.Contains($"'{refusal.Groups[2].Value}': '", Script, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_topic_is_that_of_a_deposit() =>
        Assert.Contains($"depositedTopic = '{Keccak256.Hash("Deposited(address,address,uint256)")}'", Script, StringComparison.Ordinal);

    private static string Selector(string signature) => Keccak256.Hash(signature).ToString()[..10];

    [GeneratedRegex(@"'(\w+\([\w,]*\))': '(0x[0-9a-f]{8})'")]
    private static partial Regex Call();

    [GeneratedRegex(@"'(0x[0-9a-f]{8})': '(\w+\([\w,]*\))'")]
    private static partial Regex Refusal();
}
