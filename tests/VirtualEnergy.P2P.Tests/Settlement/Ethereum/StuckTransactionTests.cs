using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>What becomes of transactions that are not mined, dropped, overtaken or taken back. The node's market: base fee 100, tip 3.</summary>
public sealed class StuckTransactionTests
{
    private static readonly EthereumKey Key = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
    private static readonly Address Someone = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");

    private readonly ScriptedMempool _chain = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stuck_transaction_is_replaced_under_its_nonce_by_one_that_is_mined()
    {
        using var sender = Sender();
        _chain.BeforeReceiving = number => _chain.BaseFee = number == 1 ? 300 : _chain.BaseFee; // three times what it was asked for

        var receipt = await sender.SendAndConfirmAsync(Someone, [], Ct);

        Assert.Equal([0UL, 0UL], _chain.Nonces);
        Assert.Equal([(203, 3), (603, 4)], _chain.Fees); // 2 × 100 + 3; then 2 × 300 + 3, and 3 × 1.25 rounded up
        Assert.Equal(_chain.Received[1].Signed.Hash, receipt.TransactionHash);
    }

    [Fact]
    public async Task Whichever_version_is_mined_counts()
    {
        using var sender = Sender();
        _chain.Mines = false;
        _chain.BeforeReceiving = number =>
        {
            if (number == 2)
            {
                _chain.Mine(_chain.Received[0]); // a miner who had heard of the first only
            }
        };

        var kept = new List<SignedTransaction>();
        Task Keep(SignedTransaction version)
        {
            kept.Add(version);
            return Task.CompletedTask;
        }

        var first = await sender.SendAsync(Someone, [], Keep, Ct);
        var mined = await sender.ConfirmAsync([first], Keep, Ct);

        Assert.Equal(first, mined.Transaction);
        Assert.Equal(kept.Select(version => version.Hash), _chain.Received.Select(read => read.Signed.Hash));
        Assert.Equal([(203, 3), (254, 4)], _chain.Fees); // a quarter more: 253.75 and 3.75
    }

    [Fact]
    public async Task Above_the_cap_nothing_is_offered()
    {
        using var sender = Sender(new TransactionSenderOptions { Fees = new FeePolicy { MostFeePerGas = 250 } });
        _chain.Mines = false;

        await Assert.ThrowsAsync<TransactionTimeoutException>(() => sender.SendAndConfirmAsync(Someone, [], Ct));

        Assert.Equal([(203, 3), (250, 4)], _chain.Fees); // a third would have to offer 275
    }

    [Fact]
    public async Task A_nonce_that_somebody_else_took_first_is_given_up_for_the_next()
    {
        using var sender = Sender();
        _chain.BeforeReceiving = number =>
        {
            if (number == 1)
            {
                _chain.TakeNonce();
            }
        };

        Assert.True((await sender.SendAndConfirmAsync(Someone, [], Ct)).Succeeded);
        Assert.Equal([0UL, 1UL], _chain.Nonces);
    }

    [Fact]
    public async Task What_the_node_dropped_is_sent_again_before_what_comes_after_it()
    {
        var chain = new ScriptedMempool { Mines = false, TakesGaps = false };
        using var sender = chain.Sender(Key);
        await sender.SendAsync(Someone, [1], Ct);
        chain.DropPool();

        await sender.SendAsync(Someone, [2], Ct);

        Assert.Equal([0UL, 0UL, 1UL], chain.Nonces);
        Assert.Equal(chain.Received[0].Signed.Hash, chain.Received[1].Signed.Hash);
    }

    [Fact]
    public async Task A_gap_that_opened_below_a_waiting_transaction_is_closed()
    {
        using var sender = Sender();
        _chain.Mines = false;
        await sender.SendAsync(Someone, [1], Ct);
        var second = await sender.SendAsync(Someone, [2], _ => Task.CompletedTask, Ct);
        _chain.DropPool();
        _chain.Mines = true;

        var receipt = await sender.ConfirmAsync(second, Ct);

        Assert.Equal(second.Hash, receipt.TransactionHash);
        Assert.Equal([0UL, 1UL, 0UL, 1UL], _chain.Nonces);
    }

    [Fact]
    public async Task A_gap_that_nobody_knows_how_it_came_about_is_filled_with_a_payment_to_oneself()
    {
        var second = await SecondOfTwoLostAsync();
        using var sender = Sender();

        var receipt = await sender.ConfirmAsync(second, Ct);

        Assert.Equal(second.Hash, receipt.TransactionHash);
        var filling = Assert.Single(_chain.Received[2..], read => read.Content.Nonce == 0);
        Assert.Equal((Key.Address, 21_000UL, 0), (filling.Content.To, filling.Content.GasLimit, filling.Content.Data.Length));
    }

    [Fact]
    public async Task A_gap_is_left_to_a_caller_who_wants_to_know_of_it()
    {
        var second = await SecondOfTwoLostAsync();
        using var sender = Sender(new TransactionSenderOptions { FillsGaps = false });

        var gap = await Assert.ThrowsAsync<NonceGapException>(() => sender.ConfirmAsync(second, Ct));
        Assert.Equal(second, gap.Transaction);

        await sender.FillGapAsync(second.Nonce, Ct);
        Assert.Equal(second.Hash, (await sender.ConfirmAsync(second, Ct)).TransactionHash);
    }

    [Fact]
    public async Task A_transaction_whose_nonce_went_to_another_is_dead_and_said_to_be()
    {
        using var sender = Sender();
        _chain.Mines = false;
        var sent = await sender.SendAsync(Someone, [], _ => Task.CompletedTask, Ct);
        _chain.TakeNonce();

        var dead = await Assert.ThrowsAsync<NonceTakenException>(() => sender.ConfirmAsync(sent, Ct));

        Assert.Equal(sent, dead.Transaction);
        _chain.Mines = true;
        Assert.True((await sender.SendAndConfirmAsync(Someone, [], Ct)).Succeeded);
        Assert.Equal([0UL, 1UL], _chain.Nonces);
    }

    [Fact]
    public async Task What_is_sent_and_confirmed_in_one_goes_under_the_next_nonce_when_its_own_went_to_another()
    {
        using var sender = Sender();
        var overtaken = 0;
        _chain.AtBlock = _ => Overtake(times: 2);
        void Overtake(int times)
        {
            if (overtaken < times && _chain.Received.Count > overtaken)
            {
                overtaken++;
                _chain.TakeNonce(); // the key's other user offered more, and a miner took his
            }
        }

        var receipt = await sender.SendAndConfirmAsync(Someone, [7], Ct);

        Assert.Equal([0UL, 1UL, 2UL], _chain.Nonces);
        Assert.Equal(_chain.Received[2].Signed.Hash, receipt.TransactionHash);
        Assert.All(_chain.Received, read => Assert.Equal([7], read.Content.Data));
    }

    [Fact]
    public async Task After_four_nonces_that_went_to_another_it_is_given_up()
    {
        using var sender = Sender();
        var before = 0;
        _chain.AtBlock = _ =>
        {
            if (_chain.Received.Count > before)
            {
                before = _chain.Received.Count;
                _chain.TakeNonce();
            }
        };

        await Assert.ThrowsAsync<NonceTakenException>(() => sender.SendAndConfirmAsync(Someone, [], Ct));

        Assert.Equal([0UL, 1UL, 2UL, 3UL], _chain.Nonces);
    }

    [Fact]
    public async Task A_receipt_counts_when_three_blocks_hold_it_and_not_before()
    {
        using var sender = Sender(new TransactionSenderOptions { Confirmations = 3 });

        var receipt = await sender.SendAndConfirmAsync(Someone, [], Ct);

        Assert.True(_chain.Head >= receipt.BlockNumber + 2, $"Mined in {receipt.BlockNumber}, taken at {_chain.Head}.");
        Assert.Single(_chain.Received);
    }

    [Fact]
    public async Task A_receipt_that_a_reorganisation_took_back_does_not_count_and_the_same_bytes_are_mined_again()
    {
        using var sender = Sender(new TransactionSenderOptions { Confirmations = 5 });
        ulong undone = 0;
        _chain.AtBlock = block =>
        {
            if (undone == 0 && _chain.Count == 1)
            {
                undone = block;
                _chain.Undo();
            }
        };

        var receipt = await sender.SendAndConfirmAsync(Someone, [], Ct);

        Assert.True(undone > 0 && receipt.BlockNumber >= undone && _chain.Head >= receipt.BlockNumber + 4, $"Taken back at {undone}, mined in {receipt.BlockNumber}, head {_chain.Head}.");
        Assert.Equal(2, _chain.Received.Count);
        Assert.Equal(_chain.Received[0].Signed.Hash, _chain.Received[1].Signed.Hash);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_not_sent_and_uses_no_nonce()
    {
        using var sender = Sender();

        await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(Someone, [], _ => throw new IOException("disk full"), Ct));
        Assert.Empty(_chain.Received);

        await sender.SendAsync(Someone, [], Ct);
        Assert.Equal([0UL], _chain.Nonces);
    }

    [Fact]
    public async Task More_gas_than_a_transaction_may_take_is_refused_by_name()
    {
        var node = ScriptedNode.Answering((method, _, _) => method == "eth_estimateGas" ? "\"0x1000001\"" : "\"0x7a69\""); // 2^24 + 1
        using var sender = new TransactionSender(node.Client(), Key, ScriptedMempool.ChainId, node.Time);

        var e = await Assert.ThrowsAsync<TransactionTooLargeException>(() => node.Finish(sender.SendAsync(Someone, [], Ct)));

        Assert.Equal(16_777_217UL, e.Gas);
    }

    /// <summary>Two transactions were sent in an earlier run, the node lost both, and only the second was written down.</summary>
    private async Task<SignedTransaction> SecondOfTwoLostAsync()
    {
        using var earlier = Sender();
        _chain.Mines = false;
        await earlier.SendAsync(Someone, [1], Ct);
        var second = await earlier.SendAsync(Someone, [2], _ => Task.CompletedTask, Ct);
        _chain.DropPool();
        _chain.Mines = true;
        return second;
    }

    private TransactionSender Sender(TransactionSenderOptions? options = null) => _chain.Sender(Key, options);
}
