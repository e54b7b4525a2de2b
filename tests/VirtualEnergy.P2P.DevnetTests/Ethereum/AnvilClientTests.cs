using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>The sender against a real node.</summary>
public sealed class AnvilClientTests : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
    public async Task A_revert_is_named_and_nothing_is_sent()
    {
        var contract = (await _sender.SendAndConfirmAsync(null, Hex.Parse(EchoContract.Creation), Ct)).ContractAddress!.Value;
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
        SignedTransaction? kept = null;
        var prepared = await _sender.SendAsync(Address.Zero, [], transaction => Task.FromResult(kept = transaction), Ct);

        Assert.Equal(kept, prepared);
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
