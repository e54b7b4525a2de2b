using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>A page of a contract's logs: everything up to and with a block.</summary>
internal sealed record EscrowLogPage(ulong LastBlock, ImmutableArray<LogEntry> Logs);

/// <summary>
/// Reads all logs of one contract in ranges that the node bears: a range that is refused or too large is halved, and one that
/// had few logs is followed by a wider one. So a chain of millions of blocks takes few questions, and none has an answer without bound.
/// </summary>
internal static class EscrowLogPages
{
    private const ulong FirstRange = 2_000;
    private const ulong WidestRange = 1 << 20;
    private const int Few = 1_000;

    /// <param name="client">The node.</param>
    /// <param name="contract">Whose logs.</param>
    /// <param name="from">The first block.</param>
    /// <param name="to">The last block.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="EthereumException">The node does not tell a single block's logs.</exception>
    public static async IAsyncEnumerable<EscrowLogPage> ReadAsync(
        IEthereumClient client, Address contract, ulong from, ulong to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var range = FirstRange;
        while (from <= to)
        {
            var last = Math.Min(to, from + range - 1);
            ImmutableArray<LogEntry> logs;
            try
            {
                logs = [.. (await client.LogsAsync(new LogFilter(contract, null, from, last), cancellation)).OrderBy(log => (log.BlockNumber, log.Index))];
            }
            catch (EthereumException refused) when (last > from && refused is EthereumRpcException or EthereumTransportException { IsTransient: false })
            {
                range = (last - from + 1) / 2;
                continue;
            }

            yield return new EscrowLogPage(last, logs);
            from = last + 1;
            range = logs.Length < Few ? Math.Min(WidestRange, range * 2) : range;
        }
    }
}
