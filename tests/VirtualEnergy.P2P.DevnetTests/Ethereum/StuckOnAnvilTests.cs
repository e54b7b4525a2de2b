using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>The sender on a chain that mines only when it is told to, so that transactions get stuck, dropped and taken back.</summary>
public sealed class StuckOnAnvilTests : IAsyncLifetime
{
    private const ulong ChainId = 31337;
    private static readonly TimeSpan Patience = Hang.After;

    private AnvilProcess _anvil = null!;
    private JsonRpcClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(new AnvilOptions { MinesByHand = true }, TimeProvider.System, Ct);
        _client = new JsonRpcClient(_anvil.RpcUrl, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task A_transaction_below_the_base_fee_is_replaced_until_one_is_mined()
    {
        using var sender = Sender();
        var kept = new List<SignedTransaction>();
        Task Keep(SignedTransaction version)
        {
            lock (kept)
            {
                kept.Add(version);
            }

            return Task.CompletedTask;
        }

        var first = await sender.SendAsync(Address.Zero, [], Keep, Ct);
        var confirming = sender.ConfirmAsync([first], Keep, Ct);
        await MineUntilAsync(confirming, baseFee: "0x4a817c800"); // 20 gwei, ten times the first offer's 2 x 1 gwei and tip
        var mined = await confirming;

        Assert.True(mined.Receipt.Succeeded);
        Assert.NotEqual(first, mined.Transaction);
        Assert.Contains(mined.Transaction, kept);
        Assert.All(kept, version => Assert.Equal(first.Nonce, version.Nonce));
        Assert.Equal(1UL, await _client.TransactionCountAsync(sender.Address, pending: true, Ct));
    }

    [Fact]
    public async Task A_dropped_transaction_is_sent_again_byte_for_byte()
    {
        using var sender = Sender(new FeePolicy());
        var sent = await sender.SendAsync(Address.Zero, [], _ => Task.CompletedTask, Ct);
        await AskAsync("anvil_dropTransaction", sent.Hash.ToString());
        Assert.False(await _client.KnowsTransactionAsync(sent.Hash, Ct));

        var confirming = sender.ConfirmAsync(sent, Ct);
        await MineUntilAsync(confirming);

        Assert.Equal(sent.Hash, (await confirming).TransactionHash);
    }

    [Fact]
    public async Task A_receipt_counts_four_blocks_deep_and_a_reorganisation_before_starts_it_again()
    {
        using var sender = Sender(new FeePolicy(), confirmations: 4);
        var sent = await sender.SendAsync(Address.Zero, [], _ => Task.CompletedTask, Ct);
        await AskAsync("evm_mine");
        var lost = await _client.ReceiptAsync(sent.Hash, Ct);
        await AskAsync("evm_mine");

        await AskAsync("anvil_reorg", 2, Array.Empty<object>());
        Assert.Null(await _client.ReceiptAsync(sent.Hash, Ct));

        var confirming = sender.ConfirmAsync(sent, Ct);
        await MineUntilAsync(confirming);
        var receipt = await confirming;

        Assert.Equal(sent.Hash, receipt.TransactionHash);
        Assert.NotEqual(lost!.BlockHash, receipt.BlockHash);
        Assert.True(await _client.BlockNumberAsync(Ct) >= receipt.BlockNumber + 3);
    }

    [Fact]
    public async Task Two_users_of_one_key_both_get_their_transactions_mined()
    {
        using var one = Sender();
        using var other = Sender();
        var all = Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : other).SendAndConfirmAsync(Address.Zero, [(byte)i], Ct)));
        await MineUntilAsync(all);

        Assert.Equal(6, (await all).Select(receipt => receipt.TransactionHash).Distinct().Count());
        Assert.Equal(6UL, await _client.TransactionCountAsync(one.Address, pending: false, Ct));
    }

    private TransactionSender Sender(FeePolicy? fees = null, int confirmations = 1) => new(
        _client, DevAccounts.Keys[3], ChainId, TimeProvider.System,
        new TransactionSenderOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(10),
            Confirmations = confirmations,
            Fees = fees ?? new FeePolicy { ReplaceAfter = TimeSpan.FromMilliseconds(100), RaisePercent = 50 },
        });

    private async Task MineUntilAsync(Task done, string? baseFee = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!done.IsCompleted && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            if (baseFee is not null)
            {
                await AskAsync("anvil_setNextBlockBaseFeePerGas", baseFee);
            }

            await AskAsync("evm_mine");
        }

        await done.WaitAsync(TimeSpan.FromSeconds(1), Ct);
    }

    private Task<JsonElement> AskAsync(string method, params object[] parameters) => AnvilChain.AskAsync(_anvil.RpcUrl, method, parameters);
}
