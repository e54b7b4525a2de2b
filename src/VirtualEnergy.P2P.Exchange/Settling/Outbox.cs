using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>A batch as the outbox takes it: a call of the contract, and how to tell that it need not be made any more.</summary>
/// <param name="Kind">With <paramref name="Period"/> what the batch is known by, in the outbox and in the journal.</param>
/// <param name="Period">For a metered batch the period that was metered.</param>
/// <param name="Data">The call's data. Only used where something new must be signed.</param>
/// <param name="IsOnChainAsync">Whether the contract has the batch. Asked before anything is done about one that was signed before.</param>
/// <param name="Part">See <see cref="OutboxBatch.Part"/>.</param>
public sealed record OutboxCall(BatchKind Kind, Period Period, byte[] Data, Func<CancellationToken, Task<bool>> IsOnChainAsync, int Part = 0);

/// <summary>
/// Makes calls of the contract exactly once each. What is signed is written down before it is sent; until it is known to be dead, nothing but
/// its very bytes is sent again, or a replacement under the same nonce. So it may end at any step, and begin again from what is written down.
/// </summary>
/// <param name="contract">Where the calls go.</param>
/// <param name="sender">The one sender of the key.</param>
/// <param name="read">What is written down of a batch; null if nothing.</param>
/// <param name="append">Writes down what a batch has become; done when it is durable.</param>
public sealed class Outbox(Address contract, TransactionSender sender, Func<BatchKind, Period, int, OutboxBatch?> read, Func<OutboxBatch, Task> append)
{
    public TransactionSender Sender => sender;

    /// <summary>Brings the batch to the chain, or finds it there, and returns once that is written down. Calls of one kind in order, one at a time.</summary>
    /// <exception cref="EthereumException">It is not on the chain, or not known to be: call again.</exception>
    public async Task<OutboxBatch> DeliverAsync(OutboxCall call, CancellationToken cancellation)
    {
        var batch = read(call.Kind, call.Period, call.Part) ?? new OutboxBatch(call.Kind, call.Period, call.Part);
        if (batch.IsOnChain)
        {
            return batch;
        }

        // A part that was mined and is not there was undone: its nonce is gone, and it is signed anew. Asked first, as it may be mined just now.
        var isUndone = call.Part > 0 && !batch.Versions.IsEmpty && await ReceiptAsync(batch.Living, cancellation) is not null;
        if (!batch.Versions.IsEmpty && await call.IsOnChainAsync(cancellation))
        {
            return await MinedAsync(batch, cancellation);
        }

        var hash = Keccak256.Hash(call.Data);
        async Task KeepAsync(SignedTransaction version)
        {
            batch = batch.Sign(version, hash);
            await append(batch);
        }

        if (batch.Versions.IsEmpty || isUndone || await IsDeadAsync(batch, cancellation))
        {
            await sender.SendAsync(contract, call.Data, KeepAsync, cancellation);
            batch = await AppendAsync(batch.Send());
        }
        else if (batch.State == BatchState.Prepared && await TrySendAsync(batch.Versions[^1], cancellation))
        {
            batch = await AppendAsync(batch.Send());
        }

        var (_, receipt) = await sender.ConfirmAsync(batch.Living, KeepAsync, cancellation);
        return receipt.Succeeded ? await AppendAsync(batch.Mine(receipt)) : throw EthereumRevertException.From([], []);
    }

    /// <summary>Writes down that the chain has a batch, by whichever version.</summary>
    public async Task<OutboxBatch> MinedAsync(OutboxBatch batch, CancellationToken cancellation) =>
        await AppendAsync(batch.Mine(await ReceiptAsync(batch.Versions, cancellation)));

    /// <summary>Writes down what a batch has become.</summary>
    public async Task<OutboxBatch> AppendAsync(OutboxBatch batch)
    {
        await append(batch);
        return batch;
    }

    /// <summary>The receipt of the version that the chain has, if it has one.</summary>
    public async Task<TransactionReceipt?> ReceiptAsync(IReadOnlyList<SignedTransaction> versions, CancellationToken cancellation)
    {
        foreach (var version in versions.Reverse())
        {
            if (await sender.Client.ReceiptAsync(version.Hash, cancellation) is { Succeeded: true } receipt)
            {
                return receipt;
            }
        }

        return null;
    }

    // Refused is not lost: waiting for it goes on with replacing it.
    private async Task<bool> TrySendAsync(SignedTransaction version, CancellationToken cancellation)
    {
        try
        {
            await sender.SendAsync(version, cancellation);
            return true;
        }
        catch (EthereumRpcException)
        {
            return false;
        }
    }

    /// <summary>Dead are versions that can never bring the batch any more: reverted, their nonce gone to another, or of a key no longer used.</summary>
    private async Task<bool> IsDeadAsync(OutboxBatch batch, CancellationToken cancellation)
    {
        var newest = batch.Versions[^1];
        if (newest.Sender != sender.Address)
        {
            return true;
        }

        // Count first: a receipt that appears in between belongs to a living one.
        var used = await sender.Client.TransactionCountAsync(newest.Sender, pending: false, cancellation);
        return used > newest.Nonce && await ReceiptAsync(batch.Living, cancellation) is null;
    }
}
