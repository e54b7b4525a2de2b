using System.Threading.Channels;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Says when to look: at a socket's word, else at the pace of polling. Keeps a socket open, with growing pauses.</summary>
internal sealed class SocketSignal : IAsyncDisposable
{
    private readonly ChainFeedOptions _options;
    private readonly ulong _chainId;
    private readonly TimeProvider _time;
    private readonly Func<JsonRpcSocket, CancellationToken, Task<IAsyncEnumerable<bool>>> _subscribe;
    private readonly Action<bool> _changed;
    private readonly Action<EthereumException> _report;
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<bool> _told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _listening;
    private volatile JsonRpcSocket? _socket;

    /// <param name="subscribe">From a fresh socket to its notifications.</param>
    /// <param name="changed">Told true when a subscription begins, false when it ends.</param>
    public SocketSignal(
        ChainFeedOptions options, ulong chainId, TimeProvider time, Func<JsonRpcSocket, CancellationToken, Task<IAsyncEnumerable<bool>>> subscribe,
        Action<bool> changed, Action<EthereumException> report)
    {
        (_options, _chainId, _time, _subscribe, _changed, _report) = (options, chainId, time, subscribe, changed, report);
        _listening = options.Socket is { } endpoint ? ListenAsync(endpoint) : Task.CompletedTask;
    }

    public bool IsUp => _socket is not null;

    /// <returns>Whether a socket has told something, or has come or gone; false when only time has passed.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var pace = new CancellationTokenSource(IsUp ? _options.CheckInterval : _options.PollInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pace.Token, cancellationToken);
        try
        {
            return await _told.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The socket is open and keeps news back: it is dead in all but name.</summary>
    public void GiveUp() => _socket?.Abandon("kept news back, which were found by asking");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket?.Abandon("is not needed any more");
        await _listening;
        _end.Dispose();
    }

    private async Task ListenAsync(Uri endpoint)
    {
        var pause = _options.FirstBackOff;
        try
        {
            while (true)
            {
                if (await HearOutAsync(endpoint))
                {
                    pause = _options.FirstBackOff; // It worked, for a while.
                }

                await Task.Delay(pause, _time, _end.Token);
                pause = pause + pause < _options.LongestBackOff ? pause + pause : _options.LongestBackOff;
            }
        }
        catch (OperationCanceledException)
        {
            // The feed is over.
        }
    }

    /// <returns>Whether the socket told anything before it ended.</returns>
    private async Task<bool> HearOutAsync(Uri endpoint)
    {
        var hasTold = false;
        try
        {
            await using var socket = await JsonRpcSocket.ConnectAsync(endpoint, _chainId, _time, _options.Rpc, _end.Token);
            var notifications = await _subscribe(socket, _end.Token);
            Become(socket); // What happened before the subscription is looked for now.
            await foreach (var _ in notifications)
            {
                hasTold = true;
                _told.Writer.TryWrite(true);
            }
        }
        catch (EthereumException e)
        {
            if (!_end.IsCancellationRequested)
            {
                _report(e);
            }
        }
        finally
        {
            Become(null);
        }

        return hasTold;
    }

    private void Become(JsonRpcSocket? socket)
    {
        var wasUp = IsUp;
        _socket = socket;
        if (wasUp != IsUp)
        {
            _changed(IsUp);
            _told.Writer.TryWrite(true);
        }
    }
}
