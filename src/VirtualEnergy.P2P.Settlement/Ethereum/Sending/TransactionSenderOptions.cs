namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>How a sender behaves.</summary>
public sealed record TransactionSenderOptions
{
    /// <summary>The most gas that a transaction may take since Osaka, 2^24 (EIP-7825).</summary>
    public const ulong MostGas = 1 << 24;

    /// <summary>How long <see cref="TransactionSender.ConfirmAsync(SignedTransaction, CancellationToken)"/> waits for the receipt.</summary>
    public TimeSpan ConfirmationTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Between two looks for the receipt.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Estimate on the block that is being made: for a call that waits for a time, on a chain that makes blocks only when there is something to do.</summary>
    public bool EstimateOnPending { get; init; }

    /// <summary>Gas limit = estimate × this / 100, and at most <see cref="MostGas"/>: state may change between estimate and block.</summary>
    public int GasPercent { get; init; } = 125;

    /// <summary>
    /// So many blocks must hold a transaction, its own included and all in the chain as it is then, before its receipt counts. One takes it
    /// as soon as it is mined.
    /// </summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>
    /// Whether a gap below a transaction, of nonces that nobody knows a transaction of, is filled with payments of nothing to oneself when the
    /// transaction is stuck. Otherwise confirming ends with <see cref="NonceGapException"/>, for a caller who may know what belongs there.
    /// </summary>
    public bool FillsGaps { get; init; } = true;

    /// <summary>What transactions offer, and when they are replaced.</summary>
    public FeePolicy Fees { get; init; } = new();
}
