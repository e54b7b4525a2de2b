using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Delivery;

/// <summary>The journal has cleared periods 10 to 19.</summary>
public sealed class ChainComparisonTests
{
    [Theory]
    //          known on chain, contract's last
    [InlineData(14, 14, "agrees")]
    [InlineData(9, 9, "agrees")] // nothing settled yet
    [InlineData(14, 12, "lost 13 to 14")]
    [InlineData(14, 9, "lost 10 to 14")] // the whole journal's tail, down to its first period
    [InlineData(14, 15, "more 15 to 15")]
    [InlineData(9, 19, "more 10 to 19")]
    [InlineData(14, 20, "other: The contract has settled period 20, and the journal has not cleared it")]
    [InlineData(14, 8, "other: The contract has settled up to period 8, and the journal begins with 10")]
    public async Task What_the_contract_says_has_one_consequence(long known, long contract, string consequence) =>
        Assert.StartsWith(consequence, Shown(await CompareAsync(known, contract, contract)), StringComparison.Ordinal);

    [Theory]
    [InlineData(14, 14)]
    [InlineData(14, 12)] // lost, and something else is in its place
    [InlineData(14, 15)]
    public async Task A_commitment_that_is_not_the_journals_goes_before_everything(long known, long contract) => Assert.StartsWith(
        $"other: The contract settled another batch for period {contract}", Shown(await CompareAsync(known, contract, contract, others: contract)), StringComparison.Ordinal);

    [Fact]
    public async Task A_foreign_batch_below_the_last_is_found_where_it_is_looked_for()
    {
        Assert.Equal("agrees", Shown(await CompareAsync(14, 14, compareFrom: 13, others: 12)));
        Assert.StartsWith("other: The contract settled another batch for period 12", Shown(await CompareAsync(14, 14, compareFrom: 11, others: 12)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_compared_that_the_journal_does_not_have() =>
        Assert.Equal("agrees", Shown(await CompareAsync(9, 9, compareFrom: 0, others: 9)));

    private static Task<ChainComparison> CompareAsync(long known, long contract, long compareFrom, long others = -1) => ChainComparison.OfAsync(
        new Period(10), new Period(19), new Period(known), new Period(contract), new Period(compareFrom), period => Task.FromResult(period.Index != others));

    private static string Shown(ChainComparison comparison) => comparison switch
    {
        ChainAgrees => "agrees",
        ChainLost(var from, var to) => $"lost {from} to {to}",
        ChainHasMore(var from, var to) => $"more {from} to {to}",
        OtherChain(var why) => $"other: {why}",
        _ => throw new ArgumentException(comparison.ToString()),
    };
}
