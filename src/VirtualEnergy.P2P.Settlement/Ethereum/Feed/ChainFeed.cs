using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// New blocks and logs of a chain, without gaps and each once, through reorganisations, outages and restarts of the node. The
/// socket only says when to look, HTTP says what is there: so a socket that dies, lies or is refused costs seconds and nothing
/// else, and polling is the same without it.
/// </summary>
public sealed class ChainFeed
{
    private readonly JsonRpcClient _client;
    private readonly ulong _chainId;
    private readonly TimeProvider _time;
    private readonly ChainFeedOptions _options;
    private int _subscriptions;

    /// <param name="client">The node over HTTP: what it says counts.</param>
    /// <param name="chainId">The chain that it, and the socket, must be on.</param>
    /// <exception cref="ArgumentException">The range is too short for the depth.</exception>
    public ChainFeed(JsonRpcClient client, ulong chainId, TimeProvider time, ChainFeedOptions? options = null)
    {
        (_client, _chainId, _time, _options) = (client, chainId, time, options ?? new ChainFeedOptions());
        if (_options.ReorganisationDepth < 1 || _options.MaxRange <= 2 * _options.ReorganisationDepth)
        {
            throw new ArgumentException($"A range of {_options.MaxRange} blocks is too short to watch {_options.ReorganisationDepth}: more than twice as many, please.", nameof(options));
        }
    }

    /// <summary>How the feed hears of news at this moment.</summary>
    public ChainFeedMode Mode => Volatile.Read(ref _subscriptions) > 0 ? ChainFeedMode.Subscribed : ChainFeedMode.Polling;

    /// <summary>Told of every failure that the feed lived through: what was wrong, and whether with the socket or with HTTP.</summary>
    public event Action<EthereumException>? Failed;

    /// <summary>Blocks in their order, from the latest on. After a reorganisation the new branch follows from where it forks.</summary>
    /// <exception cref="WrongChainException">The node is on another chain.</exception>
    /// <exception cref="DeepReorganisationException">Deeper than <see cref="ChainFeedOptions.ReorganisationDepth"/>.</exception>
    public IAsyncEnumerable<BlockHead> HeadsAsync(CancellationToken cancellationToken = default)
    {
        var branch = new HeadTrail(_client, _options.ReorganisationDepth, _options.MaxRange);
        return NewsAsync(
            branch.NextAsync,
            async (socket, cancellation) => Told(await socket.SubscribeHeadsAsync(cancellation), cancellation),
            cancellationToken);
    }

    /// <summary>Logs from the filter's first block on, each once; one that a reorganisation takes back is told again as removed.</summary>
    /// <param name="filter">Its <see cref="LogFilter.ToBlock"/> must be open.</param>
    /// <exception cref="WrongChainException">The node is on another chain.</exception>
    /// <exception cref="DeepReorganisationException">Deeper than <see cref="ChainFeedOptions.ReorganisationDepth"/>.</exception>
    public IAsyncEnumerable<LogNotice> LogsAsync(LogFilter filter, CancellationToken cancellationToken = default)
    {
        if (filter.ToBlock is not null)
        {
            throw new ArgumentException("A feed has no last block.", nameof(filter));
        }

        var trail = new LogTrail(_client, filter, _options.ReorganisationDepth, _options.MaxRange);
        return NewsAsync(
            trail.NextAsync,
            async (socket, cancellation) => Told(await socket.SubscribeLogsAsync(filter, cancellation), cancellation),
            cancellationToken);
    }

    private async IAsyncEnumerable<T> NewsAsync<T>(
        Func<CancellationToken, Task<(IReadOnlyList<T> News, bool IsMore)>> look,
        Func<JsonRpcSocket, CancellationToken, Task<IAsyncEnumerable<bool>>> subscribe,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var signal = new SocketSignal(_options, _chainId, _time, subscribe, up => Interlocked.Add(ref _subscriptions, up ? 1 : -1), Report);
        var isChecked = false;
        var (wasTold, isSuspect) = (true, false);
        while (true)
        {
            (IReadOnlyList<T> News, bool IsMore) found = ([], false);
            try
            {
                isChecked = isChecked || await CheckChainAsync(cancellationToken);
                found = await look(cancellationToken);
            }
            catch (EthereumException e) when (e is not (WrongChainException or DeepReorganisationException))
            {
                Report(e); // The next look begins where this one did.
            }

            foreach (var item in found.News)
            {
                yield return item;
            }

            if (!found.IsMore)
            {
                // News may overtake the socket once; twice in a row it keeps them back.
                var isSilent = found.News.Count > 0 && !wasTold && signal.IsUp;
                if (isSilent && isSuspect)
                {
                    signal.GiveUp();
                }

                isSuspect = isSilent || (isSuspect && !wasTold);
                wasTold = await signal.WaitAsync(cancellationToken);
            }
        }
    }

    private async Task<bool> CheckChainAsync(CancellationToken cancellationToken)
    {
        var actual = await _client.ChainIdAsync(cancellationToken);
        return actual == _chainId ? true : throw new WrongChainException(_chainId, actual);
    }

    private static async IAsyncEnumerable<bool> Told<T>(IAsyncEnumerable<T> notifications, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var _ in notifications.WithCancellation(cancellationToken))
        {
            yield return true;
        }
    }

    private void Report(EthereumException e) => Failed?.Invoke(e);
}
