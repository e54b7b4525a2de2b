using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Settles one round so that it happens exactly once: the signed transaction is written down before it is sent, and until it
/// is known to be dead nothing but its very bytes is sent again. The contract takes each period once, whatever else goes wrong.
/// </summary>
public sealed class Settler(
    EnergySettlementContract contract, IEthereumClient client, EthereumKey key, ulong chainId, ImmutableArray<MemberId> payees, ExchangeJournal journal,
    TimeProvider time) : IDisposable
{
    private static readonly TransactionSenderOptions Sending = new()
    {
        // The worker waits longer; here it should notice soon that a node forgot or replaced the transaction.
        ConfirmationTimeout = TimeSpan.FromSeconds(30),
        PollInterval = TimeSpan.FromMilliseconds(100),
    };

    private TransactionSender _sender = new(client, key, chainId, time, Sending);
    private MemberLanes? _lanes;

    // After a start and after a failure, journal and chain are asked what became of the last attempt.
    private bool _isInDoubt = true;

    /// <summary>Sends for the same account, whose nonces have one owner. Another one after a doubt: ask again for each use.</summary>
    public TransactionSender Sender => _sender;

    /// <summary>Settles the round, or finds that it is settled, and returns once the journal has it.</summary>
    /// <exception cref="EthereumException">Not settled, or not known to be: call again.</exception>
    /// <exception cref="ArgumentException">A member of the round has no lane on the chain.</exception>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task<JournalledSettlement> SettleAsync(JournalledRound round, CancellationToken cancellation)
    {
        _lanes ??= await contract.LanesAsync(cancellation);
        var data = EnergySettlementContract.EncodeSettle(round.Batch(), _lanes);
        var attempt = new JournalledSettlement(round.Period, SettlementState.Sent, Keccak256.Hash(data), null, null, null);
        if (_isInDoubt)
        {
            attempt = attempt with { Sent = journal.Settlement(round.Period)?.Sent };
            if (await contract.LastPeriodAsync(cancellation) >= round.Period)
            {
                return await ConfirmAsync(attempt, attempt.Sent is { } before ? await client.ReceiptAsync(before.Hash, cancellation) : null);
            }

            attempt = attempt with { Sent = await IsDeadAsync(attempt.Sent, cancellation) ? null : attempt.Sent };
        }

        _isInDoubt = true;
        async Task KeepAsync(SignedTransaction version)
        {
            attempt = attempt with { Sent = version };
            await journal.AppendSettlementAsync(attempt);
        }

        var sent = attempt.Sent ?? await _sender.SendAsync(contract.Address, data, KeepAsync, cancellation);
        var mined = await _sender.ConfirmAsync([sent], KeepAsync, cancellation);
        return mined.Receipt.Succeeded
            ? await ConfirmAsync(attempt with { Sent = mined.Transaction }, mined.Receipt)
            : throw EthereumRevertException.From([], []);
    }

    /// <summary>The balance on the chain of everyone who may be paid.</summary>
    public async Task<IEnumerable<KeyValuePair<MemberId, Money>>> BalancesAsync(CancellationToken cancellation)
    {
        var balances = await contract.BalancesAsync([.. payees.Select(Address.FromMember)], cancellation);
        return payees.Zip(balances, KeyValuePair.Create);
    }

    public Task<ulong> BlockAsync(CancellationToken cancellation) => client.BlockNumberAsync(cancellation);

    public void Dispose() => _sender.Dispose();

    private async Task<JournalledSettlement> ConfirmAsync(JournalledSettlement attempt, TransactionReceipt? receipt)
    {
        var confirmed = attempt with { State = SettlementState.Confirmed, Block = receipt?.BlockNumber, Gas = receipt?.GasUsed };
        await journal.AppendSettlementAsync(confirmed);
        _isInDoubt = false;
        return confirmed;
    }

    /// <summary>Dead is a transaction that can never settle its round any more: reverted, or its nonce was used by another one.</summary>
    private async Task<bool> IsDeadAsync(SignedTransaction? transaction, CancellationToken cancellation)
    {
        if (transaction is null || transaction.Sender != key.Address)
        {
            return RenewSender();
        }

        // Count first: a receipt that appears in between belongs to a living one.
        var used = await client.TransactionCountAsync(transaction.Sender, pending: false, cancellation);
        if (used <= transaction.Nonce)
        {
            return false;
        }

        return await client.ReceiptAsync(transaction.Hash, cancellation) is not { Succeeded: true } && RenewSender();
    }

    // What the sender believes of its next nonce came from before the doubt; a new one asks the node.
    private bool RenewSender()
    {
        _sender.Dispose();
        _sender = new TransactionSender(client, key, chainId, time, Sending);
        return true;
    }
}
