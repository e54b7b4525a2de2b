using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>An S2 session over a WebSocket: carries what the session wants sent, and gives it what comes and the time.</summary>
/// <remarks>
/// Everything about the session happens under one lock, so messages leave in the order in which the session made them. What the peer can make
/// this hold is bounded: one message being received, and a queue of messages that it does not read.
/// </remarks>
public sealed class S2Connection : IDisposable
{
    internal const string ClosedByPeer = "the peer closed the connection";
    internal const string StoppedHere = "stopped here";

    private const int MostUnsent = 1_000;

    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at what a peer goes on sending after its session is over: nobody reads that, and it may be a flood.</summary>
    private static readonly TimeSpan Weariness = TimeSpan.FromMilliseconds(20);

    private readonly WebSocket _socket;
    private readonly S2Session _session;
    private readonly TimeProvider _time;
    private readonly Func<S2Connection, S2Event, ValueTask> _heard;
    private readonly Lock _gate = new();
    private readonly Channel<byte[]> _unsent = Channel.CreateBounded<byte[]>(MostUnsent);
    private readonly Channel<S2Event> _news = Channel.CreateUnbounded<S2Event>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _over = new();
    private string? _reason;

    /// <param name="heard">Told each event of the session, in order, one at a time.</param>
    public S2Connection(WebSocket socket, S2Session session, TimeProvider time, Func<S2Connection, S2Event, ValueTask> heard)
    {
        _socket = socket;
        _session = session;
        _time = time;
        _heard = heard;
    }

    /// <summary>What both sides know of the device.</summary>
    public S2Resource Resource
    {
        get
        {
            lock (_gate)
            {
                return _session.Resource;
            }
        }
    }

    /// <summary>True when a version is agreed and the device has told who it is; false again when the session is over.</summary>
    public bool IsEstablished
    {
        get
        {
            lock (_gate)
            {
                return _reason is null && _session.IsEstablished;
            }
        }
    }

    /// <summary>Runs the session until it is over.</summary>
    /// <returns>Why it is over.</returns>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        using var registration = stop.Register(() => Close(StoppedHere));
        var sending = SendAllAsync();
        var telling = TellAllAsync();
        using (var ticks = _time.CreateTimer(_ => Step(session => session.Tick(_time.GetUtcNow())), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)))
        {
            Step(session => session.Open(_time.GetUtcNow()));
            await ReceiveAllAsync();
        }

        End(ClosedByPeer);
        await sending;
        await telling;
        _socket.Abort(); // what was to be said is said, or the peer had its time
        return _reason!;
    }

    /// <summary>Sends a message of our own.</summary>
    /// <returns>Why it is not sent; null when it is.</returns>
    public string? Send(Func<Identifier, S2Request> make)
    {
        string? problem = null;
        lock (_gate)
        {
            Step(session => session.Send(make, _time.GetUtcNow(), out problem));
            return problem ?? (_reason is null ? null : $"the session is over: {_reason}");
        }
    }

    /// <summary>Ends the session politely.</summary>
    public void Close(string reason) => Step(session => session.Terminate(reason, _time.GetUtcNow()));

    public void Dispose() => _over.Dispose();

    private bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _reason is not null;
            }
        }
    }

    private void Step(Func<S2Session, S2Step> happens)
    {
        lock (_gate)
        {
            var step = happens(_session);
            foreach (var message in step.Send)
            {
                if (!_unsent.Writer.TryWrite(S2Codec.Write(message)) && _reason is null)
                {
                    End($"the peer leaves more than {MostUnsent} messages unread");
                }
            }

            foreach (var news in step.Events)
            {
                _news.Writer.TryWrite(news);
            }

            if (step.Closed is { } reason)
            {
                End(reason);
            }
        }
    }

    // Nothing more is sent but what waits already; the receiver is woken.
    private void End(string reason)
    {
        lock (_gate)
        {
            if (_reason is null)
            {
                _reason = reason;
                _unsent.Writer.TryComplete();
                _news.Writer.TryComplete();
                _over.CancelAfter(Parting);
            }
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var payload in _unsent.Reader.ReadAllAsync())
            {
                await _socket.SendAsync(payload.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, _over.Token);
            }

            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _over.Token);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            End("the connection broke");
        }
    }

    private async Task TellAllAsync()
    {
        await foreach (var news in _news.Reader.ReadAllAsync())
        {
            try
            {
                await _heard(this, news);
            }
            catch (Exception fault)
            {
                // Whoever listens has failed, and only this device loses its session by it.
                Close($"what was heard could not be handled: {fault.Message}");
            }
        }
    }

    private async Task ReceiveAllAsync()
    {
        var received = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(received.GetMemory(4096), _over.Token);
                if (part.MessageType != WebSocketMessageType.Text)
                {
                    End(part.MessageType == WebSocketMessageType.Close ? ClosedByPeer : "the peer sent something else than text");
                    return;
                }

                if (IsOver)
                {
                    received.ResetWrittenCount();
                    await Task.Delay(Weariness, _over.Token);
                    continue;
                }

                received.Advance(part.Count);
                if (received.WrittenCount > S2Codec.MostBytes)
                {
                    End($"the peer sent a message larger than {S2Codec.MostBytes} bytes");
                    return;
                }

                if (part.EndOfMessage)
                {
                    Step(session => session.Receive(received.WrittenMemory, _time.GetUtcNow()));
                    received.ResetWrittenCount();
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            End("the connection broke");
        }
    }
}
