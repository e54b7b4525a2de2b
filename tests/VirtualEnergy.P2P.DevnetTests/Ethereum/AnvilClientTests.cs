using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Client and sender against a real node.</summary>
public sealed class AnvilClientTests : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Runtime code by hand. With call data it reverts with it: CALLDATACOPY(0, 0, CALLDATASIZE), REVERT(0, CALLDATASIZE).
    // Without, it logs 32 zero bytes with topic 0x2a and returns them: LOG1(0, 32, 0x2a), RETURN(0, 32).
    //   36 15 60 0c 57 | 36 5f 5f 37 36 5f fd | 5b 60 2a 60 20 5f a1 60 20 5f f3  
    private const string Runtime = "3615600c57365f5f37365ffd5b602a60205fa160205ff3";

    // Creation code: PUSH1 size, PUSH1 offset 10, PUSH0, CODECOPY, PUSH1 size, PUSH0, RETURN: 60 17 60 0a 5f 39 60 17 5f f3.
    private const string Creation = "0x6017600a5f3960175ff3" + Runtime;

    private static readonly AbiError Overdraft = new("Overdraft(address,uint256)");

    private AnvilProcess _anvil = null!;
    private JsonRpcClient _client = null!;
    private TransactionSender _sender = null!;

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(new AnvilOptions(), TimeProvider.System, Ct);
        _client = new JsonRpcClient(_anvil.RpcUrl, TimeProvider.System, new JsonRpcOptions { KnownErrors = [Overdraft] });
        _sender = new TransactionSender(_client, DevAccounts.Settler, 31337, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        _client.Dispose();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task Everything_that_settlement_asks_is_answered()
    {
        Assert.Equal(31337UL, await _client.ChainIdAsync(Ct));
        Assert.Equal(0UL, await _client.BlockNumberAsync(Ct));
        Assert.Equal(10_000 * BigInteger.Pow(10, 18), await _client.BalanceAsync(_sender.Address, Ct)); // Anvil's allowance

        var deployed = await _sender.SendAndConfirmAsync(null, Hex.Parse(Creation), Ct);
        var contract = deployed.ContractAddress!.Value;
        Assert.Equal("0x" + Runtime, Hex.Of(await _client.CodeAsync(contract, Ct)));
        Assert.Equal(new byte[32], await _client.CallAsync(contract, [], Ct));

        var called = await _sender.SendAndConfirmAsync(contract, [], Ct);
        Assert.Equal((true, 2UL), (called.Succeeded, called.BlockNumber));
        Assert.InRange(called.GasUsed, 21_000UL, 30_000UL);
        Assert.Equal(2UL, await _client.TransactionCountAsync(_sender.Address, pending: true, Ct));

        var topic = new Market.Hash256(AbiEncoder.Encode([AbiType.Parse("uint8")], 0x2a));
        var log = Assert.Single(await _client.LogsAsync(new LogFilter(contract, topic, 0), Ct));
        Assert.Equal((called.TransactionHash, contract), (log.TransactionHash, log.Contract));
        Assert.Equal(called.Logs[0].Data, log.Data);
        Assert.Empty(await _client.LogsAsync(new LogFilter(contract, Keccak256.Hash("other"), 0), Ct));
        Assert.Null(await _client.ReceiptAsync(Keccak256.Hash("unknown"), Ct));
        Assert.False(await _client.KnowsTransactionAsync(Keccak256.Hash("unknown"), Ct));
    }

    [Fact]
    public async Task A_revert_is_named_and_nothing_is_sent()
    {
        var contract = (await _sender.SendAndConfirmAsync(null, Hex.Parse(Creation), Ct)).ContractAddress!.Value;
        var refusal = Overdraft.Encode(_sender.Address, 5);

        var onCall = await Assert.ThrowsAsync<EthereumRevertException>(() => _client.CallAsync(contract, refusal, Ct));
        var onSend = await Assert.ThrowsAsync<EthereumRevertException>(() => _sender.SendAndConfirmAsync(contract, refusal, Ct));

        Assert.Equal("Overdraft", onCall.ErrorName);
        Assert.Equal($"The contract refuses: Overdraft({_sender.Address}, 5).", onSend.Message);
        Assert.Equal(1UL, await _client.TransactionCountAsync(_sender.Address, pending: true, Ct));
    }

    [Fact]
    public async Task Forty_concurrent_transactions_are_all_mined_in_their_order()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _sender.SendAndConfirmAsync(Address.Zero, [], Ct)));

        Assert.All(receipts, receipt => Assert.True(receipt.Succeeded));
        Assert.Equal(40, receipts.Select(receipt => receipt.TransactionHash).Distinct().Count());
        Assert.Equal(40UL, await _client.TransactionCountAsync(_sender.Address, pending: false, Ct));
    }

    [Fact]
    public async Task The_same_bytes_can_be_sent_twice_and_count_once()
    {
        var prepared = await _sender.PrepareAsync(Address.Zero, [], Ct);

        await _sender.SendAsync(prepared, Ct);
        await _sender.SendAsync(prepared, Ct);

        Assert.Equal(prepared.Hash, (await _sender.ConfirmAsync(prepared, Ct)).TransactionHash);
        Assert.Equal(1UL, await _client.TransactionCountAsync(_sender.Address, pending: true, Ct));
    }

    [Fact]
    public async Task A_sender_for_another_chain_sends_nothing()
    {
        using var sender = new TransactionSender(_client, DevAccounts.Settler, 1, TimeProvider.System);

        await Assert.ThrowsAsync<WrongChainException>(() => sender.SendAsync(Address.Zero, [], Ct));
        Assert.Equal(0UL, await _client.TransactionCountAsync(_sender.Address, pending: true, Ct));
    }
}
