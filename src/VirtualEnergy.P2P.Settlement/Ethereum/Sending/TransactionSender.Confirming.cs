namespace VirtualEnergy.P2P.Settlement.Ethereum;

public sealed partial class TransactionSender
{
    // Wider gaps than this are no accident of a node: somebody should look.
    private const ulong MostGap = 64;

    private const ulong TransferGas = 21_000;

    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(5);

    /// <summary>Waits for the receipt, through outages of the node; sends again what the node forgot and replaces what is stuck.</summary>
    /// <returns>Also for a transaction that reverted.</returns>
    /// <exception cref="NonceTakenException">Another transaction has its nonce: it can never be mined.</exception>
    /// <exception cref="NonceGapException">Nonces below are missing, and the options say not to fill them.</exception>
    /// <exception cref="TransactionTimeoutException">Not mined in time.</exception>
    public async Task<TransactionReceipt> ConfirmAsync(SignedTransaction transaction, CancellationToken cancellationToken) =>
        (await ConfirmAsync([transaction], null, cancellationToken)).Receipt;

    /// <summary>The same for a transaction that may have been replaced before.</summary>
    /// <param name="versions">Every version that may be out, oldest first, all under one nonce.</param>
    /// <param name="keep">Called with each further version before it is sent.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <inheritdoc cref="ConfirmAsync(SignedTransaction, CancellationToken)"/>
    public async Task<MinedTransaction> ConfirmAsync(
        IReadOnlyList<SignedTransaction> versions, Func<SignedTransaction, Task>? keep, CancellationToken cancellationToken)
    {
        var all = versions.ToList();
        var start = _time.GetTimestamp();
        var (newestSince, gapLooks) = (start, 0);
        long? goneSince = null;
        EthereumException? lastError = null;
        while (true)
        {
            try
            {
                // The head first: what has a receipt after it is in the chain, and at least so deep.
                var head = _options.Confirmations > 1 ? await _client.BlockNumberAsync(cancellationToken) : 0;
                if (await MinedAsync(all, cancellationToken) is { } mined)
                {
                    if (_options.Confirmations <= 1 || mined.Receipt.BlockNumber + (ulong)_options.Confirmations - 1 <= head)
                    {
                        _nonces.Forget(mined.Transaction.Nonce);
                        return mined;
                    }

                    goneSince = null;
                }
                else if (await _client.TransactionCountAsync(all[^1].Sender, pending: false, cancellationToken) is var count && count > all[^1].Nonce)
                {
                    // For a while: a node counts a transaction before it has its receipt.
                    goneSince ??= _time.GetTimestamp();
                    if (_time.GetElapsedTime(goneSince.Value) >= GoneAfter)
                    {
                        _nonces.Forget(all[^1].Nonce);
                        throw new NonceTakenException(all[^1]);
                    }
                }
                else
                {
                    goneSince = null;
                    var hasGap = count < all[^1].Nonce && await NextUnknownAsync(cancellationToken) < all[^1].Nonce;
                    gapLooks = hasGap ? gapLooks + 1 : 0;
                    if (gapLooks == 2 && !_options.FillsGaps)
                    {
                        throw new NonceGapException(all[^1], count);
                    }

                    // Unsticking first: a node may refuse the old bytes for the very fees that have them stuck.
                    if (_time.GetElapsedTime(newestSince) >= _options.Fees.ReplaceAfter)
                    {
                        if (hasGap)
                        {
                            await FillGapAsync(all[^1].Nonce, cancellationToken);
                            newestSince = _time.GetTimestamp();
                        }
                        else if (await TrySignReplacementAsync(all, keep, cancellationToken))
                        {
                            newestSince = _time.GetTimestamp();
                        }
                    }

                    await PushAsync(all, count, cancellationToken);
                }

                lastError = null;
            }
            catch (EthereumException e) when (e is not (NonceTakenException or NonceGapException))
            {
                lastError = e;
            }

            if (_time.GetElapsedTime(start) >= _options.ConfirmationTimeout)
            {
                throw new TransactionTimeoutException(all[^1], _options.ConfirmationTimeout, lastError);
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
    }

    private async Task<MinedTransaction?> MinedAsync(List<SignedTransaction> versions, CancellationToken cancellationToken)
    {
        for (var i = versions.Count - 1; i >= 0; i--)
        {
            if (await _client.ReceiptAsync(versions[i].Hash, cancellationToken) is { } receipt)
            {
                return new MinedTransaction(versions[i], receipt);
            }
        }

        return null;
    }

    private async Task PushAsync(List<SignedTransaction> versions, ulong mined, CancellationToken cancellationToken)
    {
        await SendMissingAsync(_nonces.InFlight(mined, versions[^1].Nonce), cancellationToken);
        if (!await _client.KnowsTransactionAsync(versions[^1].Hash, cancellationToken))
        {
            await SendAsync(versions[^1], cancellationToken);
        }
    }

    /// <summary>
    /// Uses the nonces below that neither the node nor we know a transaction of, with a payment of nothing to ourselves each: the chain lost
    /// what had them, and nobody will send it again.
    /// </summary>
    public async Task FillGapAsync(ulong below, CancellationToken cancellationToken)
    {
        var next = await NextUnknownAsync(cancellationToken);
        if (next < below && below - next > MostGap)
        {
            throw new InvalidOperationException($"{below - next} nonces of {Address} are missing below {below}; more than {MostGap} are no accident.");
        }

        var fees = _options.Fees.First(await _client.FeesAsync(cancellationToken));
        for (; next < below; next = _nonces.Next(next + 1))
        {
            await SendAsync(
                new Eip1559Transaction(_chainId, next, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, TransferGas, Address, 0, []).Sign(_key), cancellationToken);
        }
    }

    private async Task<ulong> NextUnknownAsync(CancellationToken cancellationToken) =>
        _nonces.Next(await _client.TransactionCountAsync(Address, pending: true, cancellationToken));

    /// <returns>Whether there is another version now, to be sent.</returns>
    private async Task<bool> TrySignReplacementAsync(List<SignedTransaction> versions, Func<SignedTransaction, Task>? keep, CancellationToken cancellationToken)
    {
        var newest = versions[^1];
        if (newest.Sender != Address || newest.Raw.Length > TransactionReader.MaxSize
            || TransactionReader.ReadForAnyChain(newest.Raw.AsSpan()).Content is not Eip1559Transaction content)
        {
            return false;
        }

        var market = await _client.FeesAsync(cancellationToken);
        if (_options.Fees.Raised(new EthereumFees(content.MaxFeePerGas, content.MaxPriorityFeePerGas), market) is not { } fees)
        {
            return false;
        }

        var replacement = (content with { MaxFeePerGas = fees.MaxFeePerGas, MaxPriorityFeePerGas = fees.MaxPriorityFeePerGas }).Sign(_key);
        await (keep?.Invoke(replacement) ?? Task.CompletedTask);
        versions.Add(replacement);
        return true;
    }
}
