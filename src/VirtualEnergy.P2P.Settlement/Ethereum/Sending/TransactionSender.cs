using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Sends transactions of one key: keeps its nonces, one at a time, so that concurrent callers never collide; replaces what is stuck by
/// one that offers more, under the same nonce; sends again what the node forgot.
/// </summary>
/// <remarks>
/// All versions of a transaction have one nonce, so that at most one of them is ever mined, and whichever it is counts. A caller that must
/// survive its own end gives a <c>keep</c>: it is called with the bytes of each version before they are sent, and what it throws is thrown.
/// Sending the same bytes twice is harmless; making new ones for the same purpose before the old are dead is not.
/// </remarks>
public sealed partial class TransactionSender : IDisposable
{
    // How often a nonce that somebody else took first is given up for the next.
    private const int NonceAttempts = 4;

    private readonly IEthereumClient _client;
    private readonly EthereumKey _key;
    private readonly ulong _chainId;
    private readonly TimeProvider _time;
    private readonly TransactionSenderOptions _options;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly NonceLedger _nonces = new();
    private bool _chainIsChecked;

    public TransactionSender(IEthereumClient client, EthereumKey key, ulong chainId, TimeProvider time, TransactionSenderOptions? options = null)
    {
        _client = client;
        _key = key;
        _chainId = chainId;
        _time = time;
        _options = options ?? new TransactionSenderOptions();
    }

    public Address Address => _key.Address;

    public IEthereumClient Client => _client;

    /// <summary>Sends; the transaction is then known to the node, and not mined yet.</summary>
    /// <param name="to">Null creates a contract from <paramref name="data"/>.</param>
    /// <exception cref="EthereumRevertException">It would revert now; nothing was sent.</exception>
    /// <exception cref="TransactionTooLargeException">It would take more gas than a transaction may; nothing was sent.</exception>
    /// <exception cref="WrongChainException">The node is on another chain; nothing was sent.</exception>
    public async Task<Hash256> SendAsync(Address? to, byte[] data, CancellationToken cancellationToken) =>
        (await SendAsync(to, data, BigInteger.Zero, null, cancellationToken)).Hash;

    /// <summary>Signs with the next nonce and today's fees, has the bytes kept, and sends them.</summary>
    /// <param name="keep">Called before the bytes are sent; if it throws, nothing was sent and the nonce is not used.</param>
    /// <inheritdoc cref="SendAsync(Address?, byte[], CancellationToken)"/>
    public Task<SignedTransaction> SendAsync(Address? to, byte[] data, Func<SignedTransaction, Task> keep, CancellationToken cancellationToken) =>
        SendAsync(to, data, BigInteger.Zero, keep, cancellationToken);

    /// <summary>Sends and waits until it is mined. Where the key's other user had its nonce mined for himself, it is signed anew under the next.</summary>
    /// <exception cref="EthereumRevertException">It reverts: before sending, or in the block all the same.</exception>
    /// <exception cref="NonceTakenException">Another transaction had its nonce, each time that it was tried.</exception>
    /// <exception cref="TransactionTimeoutException">Sent, and not mined in time.</exception>
    public Task<TransactionReceipt> SendAndConfirmAsync(Address? to, byte[] data, CancellationToken cancellationToken) =>
        SendAndConfirmAsync(to, data, BigInteger.Zero, cancellationToken);

    /// <summary>Sends ether with it, wei.</summary>
    /// <inheritdoc cref="SendAndConfirmAsync(Address?, byte[], CancellationToken)"/>
    public async Task<TransactionReceipt> SendAndConfirmAsync(Address? to, byte[] data, BigInteger value, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transaction = await SendAsync(to, data, value, null, cancellationToken);
            try
            {
                var receipt = await ConfirmAsync(transaction, cancellationToken);
                return receipt.Succeeded ? receipt : throw await WhyRevertedAsync(to, data, value, receipt, cancellationToken);
            }
            catch (NonceTakenException) when (attempt < NonceAttempts)
            {
                // Dead in all its versions, which nobody but this call has: making it anew cannot do it twice.
            }
        }
    }

    /// <summary>Sends signed bytes, again if need be. Returns once the node has them; a mined transaction counts as sent.</summary>
    /// <exception cref="EthereumTransportException">The node may have them or not: send the same again, or confirm.</exception>
    public async Task SendAsync(SignedTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            var hash = await _client.SendRawTransactionAsync(transaction.Raw.AsMemory(), cancellationToken);
            if (hash != transaction.Hash)
            {
                throw new EthereumTransportException($"The node answers hash {hash} to transaction {transaction.Hash}.", isTransient: false);
            }
        }
        catch (EthereumException) when (!cancellationToken.IsCancellationRequested)
        {
            // "Already known", "nonce too low" and lost answers have one meaning if the node has the transaction: sent.
            if (!await IsKnownAsync(transaction, cancellationToken))
            {
                throw;
            }
        }

        if (transaction.Sender == Address)
        {
            _nonces.Take(transaction);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<SignedTransaction> SendAsync(
        Address? to, byte[] data, BigInteger value, Func<SignedTransaction, Task>? keep, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            await CheckChainAsync(cancellationToken);
            var gas = await GasAsync(new EthereumCall(to, data, Address, Value: value) { OnPending = _options.EstimateOnPending }, cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                var nonce = await NextNonceAsync(cancellationToken);
                var fees = _options.Fees.First(await _client.FeesAsync(cancellationToken));
                var transaction = new Eip1559Transaction(
                    _chainId, nonce, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, gas, to, value, [.. data]).Sign(_key);
                await (keep?.Invoke(transaction) ?? Task.CompletedTask);
                try
                {
                    await SendAsync(transaction, cancellationToken);
                    return transaction;
                }
                catch (EthereumRpcException) when (keep is null && attempt < NonceAttempts)
                {
                    // Refused, so it is nowhere. Too low a nonce or too high: then another one is the next by now.
                    if (await NextNonceAsync(cancellationToken) == nonce)
                    {
                        throw;
                    }
                }
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<ulong> GasAsync(EthereumCall call, CancellationToken cancellationToken)
    {
        var estimate = await _client.EstimateGasAsync(call, cancellationToken);
        return estimate <= TransactionSenderOptions.MostGas
            ? (ulong)UInt128.Min((UInt128)estimate * (uint)_options.GasPercent / 100, TransactionSenderOptions.MostGas)
            : throw new TransactionTooLargeException(estimate);
    }

    private async Task<ulong> NextNonceAsync(CancellationToken cancellationToken)
    {
        _nonces.Mined(await _client.TransactionCountAsync(Address, pending: false, cancellationToken));
        var pending = await _client.TransactionCountAsync(Address, pending: true, cancellationToken);
        await SendMissingAsync(_nonces.InFlight(pending), cancellationToken);
        return _nonces.Next(pending);
    }

    // What the node dropped holds up everything of the key that comes after it.
    private async Task SendMissingAsync(IReadOnlyList<SignedTransaction> transactions, CancellationToken cancellationToken)
    {
        foreach (var transaction in transactions)
        {
            if (await _client.KnowsTransactionAsync(transaction.Hash, cancellationToken))
            {
                continue;
            }

            try
            {
                await SendAsync(transaction, cancellationToken);
            }
            catch (EthereumRpcException)
            {
                _nonces.Forget(transaction.Nonce); // Not wanted any more: its nonce is free, or another's.
            }
        }
    }

    private async Task CheckChainAsync(CancellationToken cancellationToken)
    {
        if (!_chainIsChecked)
        {
            var actual = await _client.ChainIdAsync(cancellationToken);
            _chainIsChecked = actual == _chainId ? true : throw new WrongChainException(_chainId, actual);
        }
    }

    private async Task<bool> IsKnownAsync(SignedTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.KnowsTransactionAsync(transaction.Hash, cancellationToken);
        }
        catch (EthereumException)
        {
            return false;
        }
    }

    // A receipt does not say why; the same call on the state before its block nearly always does.
    private async Task<EthereumException> WhyRevertedAsync(Address? to, byte[] data, BigInteger value, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        try
        {
            await _client.CallAsync(new EthereumCall(to, data, Address, receipt.BlockNumber - 1, value), cancellationToken);
        }
        catch (EthereumException e) when (e is EthereumRevertException)
        {
            return e;
        }
        catch (EthereumException)
        {
            // The node keeps no old states: the revert stays without a reason.
        }

        return EthereumRevertException.From([], []);
    }
}
