using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Raw transactions, what becomes of them, and logs.</summary>
public abstract partial class EthereumClientContract
{
    [Fact]
    public Task A_nonce_counts_what_was_mined() => WithClientAsync(async client =>
    {
        var before = await client.TransactionCountAsync(Settler.Address, pending: false, Ct);
        await SendAsync(client, Stranger, [], 21_000);

        Assert.Equal(before + 1, await client.TransactionCountAsync(Settler.Address, pending: false, Ct));
        Assert.Equal(before + 1, await client.TransactionCountAsync(Settler.Address, pending: true, Ct));
        Assert.Equal(0UL, await client.TransactionCountAsync(Stranger, pending: true, Ct));
    });

    [Fact]
    public Task A_transaction_that_waits_is_known_and_counted_and_has_no_receipt() => WithClientAsync(async client =>
    {
        // Its nonce is one too high, so it cannot be mined before its predecessor.
        var nonce = await client.TransactionCountAsync(Waiting.Address, pending: false, Ct);
        var second = await SignAsync(client, Waiting, nonce + 1);
        var first = await SignAsync(client, Waiting, nonce);

        Assert.Equal(second.Hash, await client.SendRawTransactionAsync(second.Raw.AsMemory(), Ct));
        Assert.True(await client.KnowsTransactionAsync(second.Hash, Ct));
        Assert.Null(await client.ReceiptAsync(second.Hash, Ct));
        Assert.Equal(nonce, await client.TransactionCountAsync(Waiting.Address, pending: false, Ct));

        Assert.Equal(first.Hash, await client.SendRawTransactionAsync(first.Raw.AsMemory(), Ct));
        await MinedAsync(client, first);
        await MinedAsync(client, second);
        Assert.Equal(nonce + 2, await client.TransactionCountAsync(Waiting.Address, pending: false, Ct));
    });

    [Fact]
    public Task A_transaction_that_nobody_sent_is_unknown() => WithClientAsync(async client =>
    {
        var unknown = Keccak256.Hash("unknown");

        Assert.False(await client.KnowsTransactionAsync(unknown, Ct));
        Assert.Null(await client.ReceiptAsync(unknown, Ct));
    });

    [Fact]
    public Task A_receipt_says_all_of_it() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var receipt = await SendAsync(client, contract, [], 60_000);

        Assert.True(receipt.Succeeded);
        Assert.Null(receipt.ContractAddress);
        Assert.Equal(await client.BlockNumberAsync(Ct), receipt.BlockNumber);
        Assert.InRange(receipt.GasUsed, 21_000UL, 30_000UL);
        var log = Assert.Single(receipt.Logs);
        Assert.Equal((contract, receipt.BlockNumber, receipt.BlockHash, receipt.TransactionHash, 0UL),
            (log.Contract, log.BlockNumber, log.BlockHash, log.TransactionHash, log.Index));
        Assert.Equal(LogTopic, Assert.Single(log.Topics));
        Assert.Equal(new byte[32], log.Data);
    });

    [Fact]
    public Task A_transaction_that_reverts_in_its_block_has_a_receipt_that_says_so() => WithClientAsync(async client =>
    {
        var contract = await DeployAsync(client);
        var receipt = await SendAsync(client, contract, Overdraft.Encode(Stranger, 5), 60_000);

        Assert.False(receipt.Succeeded);
        Assert.Empty(receipt.Logs);
        Assert.True(receipt.GasUsed > 21_000);
    });

    [Fact]
    public Task What_the_node_refuses_to_take_is_its_error_with_its_words() => WithClientAsync(async client =>
    {
        var nonce = await client.TransactionCountAsync(Settler.Address, pending: true, Ct);
        await SendAsync(client, Stranger, [], 21_000);
        var stale = await SignAsync(client, Settler, nonce);

        var refusal = await Assert.ThrowsAsync<EthereumRpcException>(() => client.SendRawTransactionAsync(stale.Raw.AsMemory(), Ct));
        var nonsense = await Assert.ThrowsAsync<EthereumRpcException>(() => client.SendRawTransactionAsync(new byte[] { 1, 2, 3 }, Ct));

        Assert.Contains("nonce too low", refusal.NodeMessage, StringComparison.Ordinal);
        Assert.StartsWith("eth_sendRawTransaction: the node answers error -", refusal.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, nonsense.Code);
    });

    [Fact]
    public Task Logs_are_those_of_the_contract_the_topic_and_the_blocks() => WithClientAsync(async client =>
    {
        var (contract, other) = (await DeployAsync(client), await DeployAsync(client));
        var first = await SendAsync(client, contract, [], 60_000);
        await SendAsync(client, other, [], 60_000);
        var second = await SendAsync(client, contract, [], 60_000);

        var all = await client.LogsAsync(new LogFilter(contract, LogTopic, 0), Ct);
        var early = await client.LogsAsync(new LogFilter(contract, null, first.BlockNumber, second.BlockNumber - 1), Ct);
        var late = await client.LogsAsync(new LogFilter(contract, LogTopic, first.BlockNumber + 1), Ct);

        Assert.Equal([first.TransactionHash, second.TransactionHash], all.Select(log => log.TransactionHash));
        Assert.Equal([first.TransactionHash], early.Select(log => log.TransactionHash));
        Assert.Equal([second.TransactionHash], late.Select(log => log.TransactionHash));
        Assert.Equal(first.Logs[0].BlockHash, all[0].BlockHash);
        Assert.Empty(await client.LogsAsync(new LogFilter(contract, Keccak256.Hash("other"), 0), Ct));
    });

    private static EthereumKey Waiting => DevAccounts.Keys[8];

    private static async Task<TransactionReceipt> SendAsync(IEthereumClient client, Address? to, byte[] data, ulong gas)
    {
        var nonce = await client.TransactionCountAsync(Settler.Address, pending: true, Ct);
        var transaction = await SignAsync(client, Settler, nonce, to, data, gas);
        Assert.Equal(transaction.Hash, await client.SendRawTransactionAsync(transaction.Raw.AsMemory(), Ct));
        return await MinedAsync(client, transaction);
    }

    private static Task<SignedTransaction> SignAsync(IEthereumClient client, EthereumKey key, ulong nonce) =>
        SignAsync(client, key, nonce, Stranger, [], 21_000);

    private static async Task<SignedTransaction> SignAsync(IEthereumClient client, EthereumKey key, ulong nonce, Address? to, byte[] data, ulong gas)
    {
        var fees = await client.FeesAsync(Ct);
        return new Eip1559Transaction(AnvilNode.ChainId, nonce, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, gas, to, 0, [.. data]).Sign(key);
    }

    private static async Task<TransactionReceipt> MinedAsync(IEthereumClient client, SignedTransaction transaction)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Hang.After);
        while (true)
        {
            if (await client.ReceiptAsync(transaction.Hash, deadline.Token) is { } receipt)
            {
                return receipt;
            }

            await Task.Delay(5, deadline.Token);
        }
    }
}
