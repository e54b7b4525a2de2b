using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// What settlement asks of an Ethereum node. <see cref="JsonRpcClient"/> is the default; a client of another library can
/// stand here. Everything a node says is hearsay: callers check what matters against the contract's own state.
/// </summary>
/// <remarks>
/// Every method throws <see cref="EthereumTransportException"/> when the node does not answer, answers late or answers
/// nonsense, <see cref="EthereumRpcException"/> when it answers an error, and <see cref="EthereumRevertException"/> when
/// that error is a contract's revert.
/// </remarks>
public interface IEthereumClient
{
    Task<ulong> ChainIdAsync(CancellationToken cancellationToken);

    Task<ulong> BlockNumberAsync(CancellationToken cancellationToken);

    /// <summary>Executes without a transaction and returns what the contract returns.</summary>
    Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken);

    /// <summary>Gas that the call would take as a transaction now; a revert throws as it would there.</summary>
    Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken);

    Task<EthereumFees> FeesAsync(CancellationToken cancellationToken);

    /// <summary>The next nonce of the account; with <paramref name="pending"/> it counts transactions not mined yet.</summary>
    Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken);

    /// <summary>wei.</summary>
    Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken);

    /// <summary>Never repeated by the client itself: after a transport error the node may have the transaction or not.</summary>
    Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken);

    /// <summary>Whether the node knows the transaction, mined or waiting.</summary>
    Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken);

    /// <summary>Null while the transaction is not mined.</summary>
    Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken);

    Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken);

    /// <summary>Empty where no contract lives.</summary>
    Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken);
}

public static class EthereumClientCalls
{
    /// <summary>Reads from a contract, at the latest block.</summary>
    public static Task<byte[]> CallAsync(this IEthereumClient client, Address to, byte[] data, CancellationToken cancellationToken) =>
        client.CallAsync(new EthereumCall(to, data), cancellationToken);
}
