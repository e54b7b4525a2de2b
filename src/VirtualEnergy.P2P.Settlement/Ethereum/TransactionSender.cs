using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>How a sender behaves.</summary>
public sealed record TransactionSenderOptions
{
    /// <summary>How long <see cref="TransactionSender.ConfirmAsync"/> waits for the receipt.</summary>
    public TimeSpan ConfirmationTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Between two looks for the receipt.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Estimate on the block that is being made: for a call that waits for a time, on a chain that makes blocks only when there is something to do.</summary>
    public bool EstimateOnPending { get; init; }

    /// <summary>Gas limit = estimate × this / 100: state may change between estimate and block.</summary>
    public int GasPercent { get; init; } = 125;
}

/// <summary>
/// Sends transactions of one key: keeps its nonce, one at a time, so that concurrent callers never collide. One sender a key.
/// </summary>
/// <remarks>
/// <see cref="PrepareAsync"/> gives the signed bytes without sending them, for a caller that must write them down first.
/// Sending the same bytes twice is harmless; making new ones for the same purpose is not.
/// </remarks>
public sealed class TransactionSender : IDisposable
{
    private readonly IEthereumClient _client;
    private readonly EthereumKey _key;
    private readonly ulong _chainId;
    private readonly TimeProvider _time;
    private readonly TransactionSenderOptions _options;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private ulong? _nextNonce;
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
    /// <exception cref="WrongChainException">The node is on another chain; nothing was sent.</exception>
    public async Task<Hash256> SendAsync(Address? to, byte[] data, CancellationToken cancellationToken) =>
        (await PrepareAndSendAsync(to, data, BigInteger.Zero, cancellationToken)).Hash;

    /// <summary>Sends and waits until it is mined.</summary>
    /// <exception cref="EthereumRevertException">It reverts: before sending, or in the block all the same.</exception>
    /// <exception cref="TransactionTimeoutException">Sent, and not mined in time.</exception>
    public Task<TransactionReceipt> SendAndConfirmAsync(Address? to, byte[] data, CancellationToken cancellationToken) =>
        SendAndConfirmAsync(to, data, BigInteger.Zero, cancellationToken);

    /// <summary>Sends ether with it, wei.</summary>
    /// <inheritdoc cref="SendAndConfirmAsync(Address?, byte[], CancellationToken)"/>
    public async Task<TransactionReceipt> SendAndConfirmAsync(Address? to, byte[] data, BigInteger value, CancellationToken cancellationToken)
    {
        var transaction = await PrepareAndSendAsync(to, data, value, cancellationToken);
        var receipt = await ConfirmAsync(transaction, cancellationToken);
        return receipt.Succeeded ? receipt : throw await WhyRevertedAsync(to, data, value, receipt, cancellationToken);
    }

    /// <summary>Signs with the next nonce and today's fees. The nonce is used once this returns.</summary>
    public async Task<SignedTransaction> PrepareAsync(Address? to, byte[] data, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await PrepareNextAsync(to, data, BigInteger.Zero, cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
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
    }

    /// <summary>Waits for the receipt, through outages of the node; sends the same bytes again if the node forgot them.</summary>
    /// <returns>Also for a transaction that reverted.</returns>
    /// <exception cref="TransactionTimeoutException">Not mined in time.</exception>
    public async Task<TransactionReceipt> ConfirmAsync(SignedTransaction transaction, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        EthereumException? lastError = null;
        while (true)
        {
            try
            {
                if (await _client.ReceiptAsync(transaction.Hash, cancellationToken) is { } receipt)
                {
                    return receipt;
                }

                if (!await _client.KnowsTransactionAsync(transaction.Hash, cancellationToken))
                {
                    await SendAsync(transaction, cancellationToken);
                }

                lastError = null;
            }
            catch (EthereumException e)
            {
                lastError = e;
            }

            if (_time.GetElapsedTime(start) >= _options.ConfirmationTimeout)
            {
                throw new TransactionTimeoutException(transaction, _options.ConfirmationTimeout, lastError);
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<SignedTransaction> PrepareAndSendAsync(Address? to, byte[] data, BigInteger value, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var transaction = await PrepareNextAsync(to, data, value, cancellationToken);
            try
            {
                await SendAsync(transaction, cancellationToken);
            }
            catch
            {
                // The node refused it, or may not have it: only the node knows what the next nonce is now.
                _nextNonce = null;
                throw;
            }

            return transaction;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<SignedTransaction> PrepareNextAsync(Address? to, byte[] data, BigInteger value, CancellationToken cancellationToken)
    {
        await CheckChainAsync(cancellationToken);
        var gas = await _client.EstimateGasAsync(new EthereumCall(to, data, Address, Value: value) { OnPending = _options.EstimateOnPending }, cancellationToken);
        var fees = await _client.FeesAsync(cancellationToken);
        var nonce = _nextNonce ?? await _client.TransactionCountAsync(Address, pending: true, cancellationToken);
        var limit = (ulong)((UInt128)gas * (uint)_options.GasPercent / 100);
        var transaction = new Eip1559Transaction(
            _chainId, nonce, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, limit, to, value, [.. data]).Sign(_key);
        _nextNonce = nonce + 1;
        return transaction;
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
