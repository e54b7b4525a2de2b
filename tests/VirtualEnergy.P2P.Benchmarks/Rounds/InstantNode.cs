using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary>A node that answers at once, so that only the exchange's own time is measured.</summary>
internal sealed class InstantNode(ulong chainId) : IEthereumClient
{
    private ulong _nonce;

    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) => Task.FromResult(chainId);

    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken) => Task.FromResult(1UL);

    public Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken) => throw NotAsked();

    public Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken) => Task.FromResult(1_000_000UL);

    public Task<EthereumFees> FeesAsync(CancellationToken cancellationToken) => Task.FromResult(new EthereumFees(2_000_000_000, 1_000_000_000));

    public Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken) => Task.FromResult(_nonce++);

    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(BigInteger.Pow(10, 18));

    public Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken) => Task.FromResult(Keccak256.Hash(raw.Span));

    public Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) => throw NotAsked();

    public Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken) => throw NotAsked();

    private static NotSupportedException NotAsked() => new("Sending a transaction asks for none of this.");
}
