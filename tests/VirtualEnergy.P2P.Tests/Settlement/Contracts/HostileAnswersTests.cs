using System.Numerics;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Tests.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

/// <summary>A node that answers well-formed JSON-RPC and lies about what the contract says.</summary>
public sealed class HostileAnswersTests
{
    private static readonly Address Escrow = Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3");
    private static readonly Address Member = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")] // no contract lives there
    [InlineData("00")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000003e8ff")] // a byte too many
    [InlineData("00000000000000000000000000000000000000000000000000000000000003e80000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")] // no uint64
    [InlineData("0000000000000000000000000000000000000000000000007fffffffffffffff")] // 2^63 − 1 is a uint64, and no period of the contract's 32 bits
    public async Task Garbage_for_a_period_is_refused_by_name(string answer)
    {
        var refusal = await RefusedAsync("0x" + answer, contract => contract.LastPeriodAsync(Ct));

        Assert.Equal(Escrow, refusal.Contract);
        Assert.StartsWith($"lastPeriod: the contract {Escrow} answers what it cannot: ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63)] // no account holds more than 2^63 − 1
    [InlineData(64)]
    [InlineData(255)]
    public async Task A_balance_beyond_any_account_is_refused(int bits)
    {
        var balance = BigInteger.One << bits;

        await RefusedAsync(Hex.Of(Words("uint256", balance)), contract => contract.BalanceOfAsync(Member, Ct));
        await RefusedAsync(Hex.Of(Words("uint256[]", (object)new object[] { balance })), contract => contract.BalancesAsync([Member], Ct));
        await RefusedAsync(Hex.Of(Words("uint256,uint64,address", balance, 0, Member)), contract => contract.RequestOfAsync(Member, Ct));
    }

    [Fact]
    public async Task The_largest_balance_is_read()
    {
        var node = Answering(Hex.Of(Words("uint256", long.MaxValue)));

        Assert.Equal(new Money(long.MaxValue), await node.Finish(Contract(node).BalanceOfAsync(Member, Ct)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Another_number_of_balances_than_members_is_refused(int count)
    {
        var balances = Enumerable.Repeat((object)BigInteger.One, count).ToArray();

        await RefusedAsync(Hex.Of(Words("uint256[]", (object)balances)), contract => contract.BalancesAsync([Member], Ct));
    }

    [Fact]
    public async Task A_member_that_is_listed_twice_is_refused()
    {
        var refusal = await RefusedAsync(Hex.Of(Words("address[]", (object)new object[] { Member, Member })), contract => contract.LanesAsync(Ct));

        Assert.Contains($"{Member} is listed twice.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_members_that_repeats_itself_ends()
    {
        // A full page promises another; this node would give the same one for ever.
        object[] page = [.. Enumerable.Range(1, 1000).Select(number => (object)Address.Parse("0x" + number.ToString("x40", null)))];
        var node = Answering(Hex.Of(Words("address[]", (object)page)));

        await Assert.ThrowsAsync<ContractAnswerException>(() => node.Finish(Contract(node).LanesAsync(Ct)));
        Assert.Equal(2, node.Requests);
    }

    [Fact]
    public async Task A_page_larger_than_asked_for_is_refused()
    {
        object[] page = [.. Enumerable.Range(1, 1001).Select(number => (object)Address.Parse("0x" + number.ToString("x40", null)))];

        await RefusedAsync(Hex.Of(Words("address[]", (object)page)), contract => contract.LanesAsync(Ct));
    }

    [Fact]
    public async Task An_event_with_trailing_bytes_is_refused()
    {
        var hash = Keccak256.Hash("any");
        var topic = new AbiEvent("Settled(uint64 indexed period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash)").Topic;
        var period = new Hash256(Words("uint64", 1001));
        var data = Hex.Of([.. hash.ToArray(), .. hash.ToArray(), .. hash.ToArray(), 0]);
        var node = ScriptedNode.Answering((_, _, _) =>
            $$"""[{"address":"{{Escrow}}","topics":["{{topic}}","{{period}}"],"data":"{{data}}","blockNumber":"0x1","blockHash":"{{hash}}","transactionHash":"{{hash}}","logIndex":"0x0"}]""");

        var refusal = await Assert.ThrowsAsync<ContractAnswerException>(() => node.Finish(Contract(node).SettledEventsAsync(0, Ct)));

        Assert.StartsWith("Settled: ", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<ContractAnswerException> RefusedAsync<T>(string answer, Func<EnergySettlementContract, Task<T>> ask)
    {
        var node = Answering(answer);
        return await Assert.ThrowsAsync<ContractAnswerException>(() => node.Finish(ask(Contract(node))));
    }

    private static ScriptedNode Answering(string data) => ScriptedNode.Answering((_, _, _) => JsonValue.Create(data).ToJsonString());

    private static EnergySettlementContract Contract(ScriptedNode node) => new(node.Client(), Escrow);

    private static byte[] Words(string types, params object[] values) => AbiEncoder.Encode([.. types.Split(',').Select(AbiType.Parse)], values);
}
