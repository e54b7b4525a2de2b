using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>A client with a fault point before and after every question: before, the node never hears of it; after, nobody hears the answer.</summary>
/// <param name="inner">Asks the node.</param>
/// <param name="point">Throws where the process is to die.</param>
internal sealed class FaultyClient(IEthereumClient inner, Action point) : IEthereumClient
{
    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) => Between(() => inner.ChainIdAsync(cancellationToken));

    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken) => Between(() => inner.BlockNumberAsync(cancellationToken));

    public Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken) => Between(() => inner.CallAsync(call, cancellationToken));

    public Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken) => Between(() => inner.EstimateGasAsync(call, cancellationToken));

    public Task<EthereumFees> FeesAsync(CancellationToken cancellationToken) => Between(() => inner.FeesAsync(cancellationToken));

    public Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken) =>
        Between(() => inner.TransactionCountAsync(account, pending, cancellationToken));

    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken) => Between(() => inner.BalanceAsync(account, cancellationToken));

    public Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken) =>
        Between(() => inner.SendRawTransactionAsync(raw, cancellationToken));

    public Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        Between(() => inner.KnowsTransactionAsync(transaction, cancellationToken));

    public Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        Between(() => inner.ReceiptAsync(transaction, cancellationToken));

    public Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) => Between(() => inner.LogsAsync(filter, cancellationToken));

    public Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken) => Between(() => inner.CodeAsync(account, cancellationToken));

    private async Task<T> Between<T>(Func<Task<T>> ask)
    {
        point();
        var answer = await ask();
        point();
        return answer;
    }
}
