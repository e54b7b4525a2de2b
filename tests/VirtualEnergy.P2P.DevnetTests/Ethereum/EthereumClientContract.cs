using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>
/// What every <see cref="IEthereumClient"/> promises, tried on a real node and on a hostile one. A further client passes by
/// deriving from this class; there is nothing to override but how it is made.
/// </summary>
public abstract partial class EthereumClientContract(AnvilNode node) : IClassFixture<AnvilNode>
{
    private static readonly AbiError Overdraft = new("Overdraft(address,uint256)");
    private static readonly Hash256 LogTopic = new(AbiEncoder.Encode([AbiType.Parse("uint8")], 0x2a));
    private static readonly JsonRpcOptions Usual = new() { KnownErrors = [Overdraft] };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The client under test.</summary>
    protected abstract IEthereumClient Open(Uri endpoint, JsonRpcOptions options);

    [Fact]
    public Task Chain_and_head_are_told() => WithClientAsync(async client =>
    {
        var head = await client.BlockNumberAsync(Ct);
        await DeployAsync(client);

        Assert.Equal(AnvilNode.ChainId, await client.ChainIdAsync(Ct));
        Assert.Equal(head + 1, await client.BlockNumberAsync(Ct));
    });

    [Fact]
    public Task A_balance_is_exact_to_the_wei() => WithClientAsync(async client =>
    {
        Assert.Equal(10_000 * BigInteger.Pow(10, 18), await client.BalanceAsync(DevAccounts.Keys[9].Address, Ct)); // Anvil's allowance; nobody uses this account
        Assert.Equal(BigInteger.Zero, await client.BalanceAsync(Stranger, Ct));
    });

    [Fact]
    public Task Code_is_empty_where_no_contract_lives() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);

        Assert.Equal(EchoContract.Runtime, Hex.Of(await client.CodeAsync(contract, Ct)));
        Assert.Empty(await client.CodeAsync(Stranger, Ct));
    });

    [Fact]
    public Task A_call_returns_what_the_contract_returns() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var deployedIn = await client.BlockNumberAsync(Ct);

        Assert.Equal(new byte[32], await client.CallAsync(contract, [], Ct));
        Assert.Equal(new byte[32], await client.CallAsync(new EthereumCall(contract, default, Stranger, deployedIn), Ct));
        Assert.Empty(await client.CallAsync(new EthereumCall(contract, default, Block: deployedIn - 1), Ct)); // not yet there
        Assert.Equal(EchoContract.Runtime, Hex.Of(await client.CallAsync(new EthereumCall(null, Hex.Parse(EchoContract.Creation)), Ct))); // creation code returns the code
    });

    [Fact]
    public Task Ether_goes_with_a_call() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var rich = DevAccounts.Keys[9].Address;

        Assert.Equal(new byte[32], await client.CallAsync(new EthereumCall(contract, default, rich, Value: 1), Ct));
        await Assert.ThrowsAsync<EthereumRpcException>( // more than it has
            () => client.CallAsync(new EthereumCall(contract, default, rich, Value: BigInteger.Pow(10, 30)), Ct));
    });

    [Fact]
    public Task Gas_is_estimated_and_holds() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);

        var transfer = await client.EstimateGasAsync(new EthereumCall(Stranger, default, Settler.Address, Value: 1), Ct);
        var call = await client.EstimateGasAsync(new EthereumCall(contract, default, Settler.Address), Ct);

        Assert.Equal(21_000UL, transfer); // the yellow paper's G_transaction
        var receipt = await SendAsync(client, contract, [], call);
        Assert.True(receipt.Succeeded);
        Assert.InRange(receipt.GasUsed, 21_000UL, call);
    });

    [Fact]
    public Task A_call_and_an_estimate_run_on_the_block_that_is_named() => WithClientAsync(async client =>
    {
        var head = (await SendAsync(client, Stranger, [], 21_000)).BlockNumber;
        EthereumCall Early(ulong passesIn) => new(null, EchoContract.PassingIn(passesIn), Block: head - 1);
        EthereumCall Latest(ulong passesIn) => new(null, EchoContract.PassingIn(passesIn));
        EthereumCall Pending(ulong passesIn) => new(null, EchoContract.PassingIn(passesIn)) { OnPending = true };

        // The block that is being made has the next number.
        foreach (var (on, number) in new[] { (Early, head - 1), (Latest, head), ((Func<ulong, EthereumCall>)Pending, head + 1) })
        {
            Assert.Empty(await client.CallAsync(on(number), Ct));
            Assert.True(await client.EstimateGasAsync(on(number), Ct) > 21_000);
            foreach (var other in new[] { head - 1, head, head + 1 }.Where(other => other != number))
            {
                await Assert.ThrowsAsync<EthereumRevertException>(() => client.CallAsync(on(other), Ct));
                await Assert.ThrowsAsync<EthereumRevertException>(() => client.EstimateGasAsync(on(other), Ct));
            }
        }
    });

    [Fact]
    public Task Fees_cover_the_next_block_twice() => WithClientAsync(async client =>
    {
        var fees = await client.FeesAsync(Ct);
        var receipt = await SendAsync(client, Stranger, [], 21_000);

        // A paid price is base fee and tip; what is offered holds even if the base fee doubles.
        Assert.True(fees.MaxPriorityFeePerGas > 0);
        Assert.True(fees.MaxFeePerGas >= 2 * (receipt.EffectiveGasPrice - fees.MaxPriorityFeePerGas) + fees.MaxPriorityFeePerGas);
    });

    [Fact]
    public Task A_revert_is_named_with_its_arguments_in_a_call_and_in_an_estimate() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var call = new EthereumCall(contract, Overdraft.Encode(Stranger, 5));

        foreach (var ask in new Func<Task>[] { () => client.CallAsync(call, Ct), () => client.EstimateGasAsync(call, Ct) })
        {
            var refusal = await Assert.ThrowsAsync<EthereumRevertException>(ask);
            Assert.Equal("Overdraft", refusal.ErrorName);
            Assert.Equal([Stranger, new BigInteger(5)], refusal.Arguments);
            Assert.Equal(Hex.Of(call.Data.Span), Hex.Of(refusal.Data.AsSpan()));
            Assert.Equal($"The contract refuses: Overdraft({Stranger}, 5).", refusal.Message);
        }
    });

    [Theory]
    [InlineData("Error", "The contract refuses: Error(too late).")]
    [InlineData("Panic", "The contract refuses: Panic(0x11: a number overflows).")]
    [InlineData(null, "The contract refuses with an unknown error, 0x01020304.")]
    public Task A_revert_of_any_kind_says_what_can_be_said(string? kind, string expected) => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var data = kind switch
        {
            "Error" => AbiError.Reason.Encode("too late"),
            "Panic" => AbiError.Panic.Encode(0x11),
            _ => [1, 2, 3, 4],
        };

        var refusal = await Assert.ThrowsAsync<EthereumRevertException>(() => client.CallAsync(contract, data, Ct));

        Assert.Equal((kind, expected), (refusal.ErrorName, refusal.Message));
    });

    private static EthereumKey Settler => DevAccounts.Settler;

    // Nobody has its key.
    private static Address Stranger { get; } = Address.Parse("0x00000000000000000000000000000000000beef5");

    private async Task WithClientAsync(Func<IEthereumClient, Task> test)
    {
        var client = Open(node.Url, Usual);
        using (client as IDisposable)
        {
            await test(client);
        }
    }

    private static async Task<Address> DeployAsync(IEthereumClient client) =>
        (await SendAsync(client, null, Hex.Parse(EchoContract.Creation), 100_000)).ContractAddress!.Value;
}
