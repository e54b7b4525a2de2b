using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>JSON-RPC 2.0 over a WebSocket: many questions under way at once, answers by id, notifications by subscription.</summary>
internal sealed class RpcSocketTransport : IRpcTransport, IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly Uri _endpoint;
    private readonly TimeProvider _time;
    private readonly JsonRpcOptions _options;
    private readonly RpcAnswer _answer;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Pending> _pending = [];
    private readonly Dictionary<string, Channel<JsonElement>> _subscriptions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneWriter = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private long _lastId;
    private EthereumTransportException? _why;

    private RpcSocketTransport(ClientWebSocket socket, Uri endpoint, TimeProvider time, JsonRpcOptions options)
    {
        (_socket, _endpoint, _time, _options) = (socket, endpoint, time, options);
        _answer = new RpcAnswer(endpoint, options.KnownErrors);
        Ended = Task.Run(ReceiveAllAsync);
    }

    public Uri Endpoint => _endpoint;

    public Task Ended { get; }

    public static async Task<RpcSocketTransport> ConnectAsync(Uri endpoint, TimeProvider time, JsonRpcOptions options, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = options.SocketKeepAlive;
        socket.Options.KeepAliveTimeout = options.SocketKeepAlive;
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(endpoint, either.Token);
            return new RpcSocketTransport(socket, endpoint, time, options);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            var why = e is OperationCanceledException ? $"did not answer within {options.RequestTimeout.TotalSeconds:0.###} s" : $"opens no WebSocket: {e.Message}";
            throw new EthereumTransportException($"The node at {endpoint} {why}", isTransient: true, e);
        }
    }

    public async Task<JsonElement> AskAsync(string method, JsonArray parameters, bool repeatable, CancellationToken cancellationToken)
    {
        var question = new Pending(method, null);
        await SendAsync(question, parameters, cancellationToken);
        return await AnswerAsync(question, cancellationToken);
    }

    /// <summary>Subscribes. The reader ends with an exception when the socket does.</summary>
    public async Task<(string Name, ChannelReader<JsonElement> Notifications)> SubscribeAsync(JsonArray parameters, CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<JsonElement>(new BoundedChannelOptions(_options.MaxUnreadNotifications) { SingleReader = true, SingleWriter = true });
        var question = new Pending("eth_subscribe", channel);
        await SendAsync(question, parameters, cancellationToken);
        var name = await AnswerAsync(question, cancellationToken);
        return (name.GetString()!, channel.Reader);
    }

    /// <summary>Nobody reads the subscription any more: what still comes is ignored, and the node is told.</summary>
    public async Task UnsubscribeAsync(string name)
    {
        lock (_gate)
        {
            if (!_subscriptions.Remove(name))
            {
                return; // The socket ended, and every subscription with it.
            }
        }

        try
        {
            await AskAsync("eth_unsubscribe", [name], repeatable: false, CancellationToken.None);
        }
        catch (EthereumException)
        {
            // The node goes on telling, or the socket is over; neither harms.
        }
    }

    /// <summary>Ends the socket for a reason that all who use it then learn.</summary>
    public EthereumTransportException GiveUp(EthereumTransportException why)
    {
        List<Pending> unanswered;
        List<Channel<JsonElement>> channels;
        lock (_gate)
        {
            _why ??= why;
            (unanswered, channels) = ([.. _pending.Values], [.. _subscriptions.Values]);
            _pending.Clear();
            _subscriptions.Clear();
        }

        foreach (var question in unanswered)
        {
            question.Answer.TrySetException(_why);
        }

        foreach (var channel in channels)
        {
            channel.Writer.TryComplete(_why);
        }

        _end.Cancel();
        return _why;
    }

    public async ValueTask DisposeAsync()
    {
        GiveUp(new EthereumTransportException($"The socket to {_endpoint} is closed.", isTransient: true));
        await Ended;
        _socket.Dispose();
    }

    private async Task SendAsync(Pending question, JsonArray parameters, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        lock (_gate)
        {
            if (_why is not null)
            {
                throw _why;
            }

            _pending.Add(id, question);
        }

        var message = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(JsonRpcTransport.Request(id, question.Method, parameters));
        await _oneWriter.WaitAsync(cancellationToken);
        try
        {
            // Half a message would spoil the next: once begun, only the end of the socket stops it.
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            throw GiveUp(Broken(question.Method, e));
        }
        finally
        {
            _oneWriter.Release();
        }
    }

    private async Task<JsonElement> AnswerAsync(Pending question, CancellationToken cancellationToken)
    {
        try
        {
            return await question.Answer.Task.WaitAsync(_options.RequestTimeout, _time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw GiveUp(new EthereumTransportException(
                $"{question.Method}: the node at {_endpoint} did not answer within {_options.RequestTimeout.TotalSeconds:0.###} s.", isTransient: true, e));
        }
    }

    private async Task ReceiveAllAsync()
    {
        try
        {
            using var message = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (true)
            {
                await ReceiveAsync(message, buffer);
                Take(_answer.Parse("WebSocket", message.GetBuffer().AsMemory(0, (int)message.Length)));
            }
        }
        catch (EthereumTransportException e)
        {
            GiveUp(e);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            GiveUp(Broken("WebSocket", e));
        }

        _socket.Abort();
    }

    private async Task ReceiveAsync(MemoryStream message, byte[] buffer)
    {
        message.SetLength(0);
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), _end.Token);
            if (part.MessageType != WebSocketMessageType.Text)
            {
                throw part.MessageType == WebSocketMessageType.Close
                    ? new EthereumTransportException($"The node at {_endpoint} closed the socket.", isTransient: true)
                    : _answer.Nonsense("WebSocket", "in binary");
            }

            if (message.Length + part.Count > _options.MaxResponseBytes)
            {
                throw _answer.Nonsense("WebSocket", $"more than {_options.MaxResponseBytes} bytes");
            }

            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
    }

    private void Take(JsonElement message)
    {
        if (message.ValueKind == JsonValueKind.Object && message.TryGetProperty("method", out _))
        {
            Notify(message);
            return;
        }

        Pending? question = null;
        var id = RpcAnswer.IdOf(message);
        lock (_gate)
        {
            if (id is { } known)
            {
                _pending.Remove(known, out question);
            }
        }

        (question ?? throw _answer.Nonsense("WebSocket", "a response that no request asks for")).Answer.TrySetFrom(() => Accepted(question, id!.Value, message));
    }

    // A subscription exists from here on, before the next message is read: none of its notifications is missed.
    private JsonElement Accepted(Pending question, long id, JsonElement message)
    {
        var result = _answer.Result(question.Method, id, message);
        if (question.Subscription is { } channel)
        {
            var name = result.ValueKind == JsonValueKind.String ? result.GetString()! : throw _answer.Nonsense(question.Method, "no name for the subscription");
            lock (_gate)
            {
                if (_why is not null || !_subscriptions.TryAdd(name, channel))
                {
                    throw _why ?? _answer.Nonsense(question.Method, "one name for two subscriptions");
                }
            }
        }

        return result;
    }

    private void Notify(JsonElement message)
    {
        Channel<JsonElement>? channel = null;
        var isNotification = message.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("subscription", out var name) && name.ValueKind == JsonValueKind.String
            && parameters.TryGetProperty("result", out _);
        if (!isNotification)
        {
            throw _answer.Nonsense("WebSocket", "a notification without subscription or result");
        }

        lock (_gate)
        {
            _subscriptions.TryGetValue(parameters.GetProperty("subscription").GetString()!, out channel);
        }

        if (channel is not null && !channel.Writer.TryWrite(parameters.GetProperty("result")))
        {
            throw new EthereumTransportException($"The node at {_endpoint} tells more than is read: {_options.MaxUnreadNotifications} notifications wait.", isTransient: true);
        }
    }

    private EthereumTransportException Broken(string method, Exception e) => new($"{method}: the socket to {_endpoint} broke: {e.Message}", isTransient: true, e);

    private sealed record Pending(string Method, Channel<JsonElement>? Subscription)
    {
        public TaskCompletionSource<JsonElement> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static class AnswerSources
{
    /// <summary>A node's refusal belongs to who asked; the socket goes on.</summary>
    public static void TrySetFrom(this TaskCompletionSource<JsonElement> answer, Func<JsonElement> read)
    {
        try
        {
            answer.TrySetResult(read());
        }
        catch (EthereumException e)
        {
            answer.TrySetException(e);
        }
    }
}
