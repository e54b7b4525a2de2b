using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// A WebSocket to a node: questions and answers, and subscriptions to new blocks and logs (<c>eth_subscribe</c>). One that
/// fails, or says one thing that JSON-RPC does not allow, is over; <see cref="ChainFeed"/> opens the next.
/// </summary>
public sealed class JsonRpcSocket : IAsyncDisposable
{
    private readonly RpcSocketTransport _transport;

    private JsonRpcSocket(RpcSocketTransport transport)
    {
        _transport = transport;
        Client = new JsonRpcClient(transport);
    }

    /// <summary>The node's methods over this socket.</summary>
    public IEthereumClient Client { get; }

    /// <summary>Ends when the socket does, and never with an exception: why it ended is thrown by whatever used it.</summary>
    public Task Ended => _transport.Ended;

    /// <param name="endpoint">ws or wss address of the node.</param>
    /// <param name="chainId">The chain that it must be on.</param>
    /// <param name="time">Measures time-outs.</param>
    /// <exception cref="EthereumTransportException">Refused, not a WebSocket, or too late.</exception>
    /// <exception cref="WrongChainException">The node is on another chain.</exception>
    public static async Task<JsonRpcSocket> ConnectAsync(Uri endpoint, ulong chainId, TimeProvider time, JsonRpcOptions? options, CancellationToken cancellationToken)
    {
        var socket = new JsonRpcSocket(await RpcSocketTransport.ConnectAsync(endpoint, time, options ?? new JsonRpcOptions(), cancellationToken));
        try
        {
            var actual = await socket.Client.ChainIdAsync(cancellationToken);
            return actual == chainId ? socket : throw new WrongChainException(chainId, actual);
        }
        catch
        {
            await socket.DisposeAsync();
            throw;
        }
    }

    /// <summary>Heads of new blocks, as the node announces them, from the moment this returns. Reading them throws when the socket ends.</summary>
    public Task<IAsyncEnumerable<BlockHead>> SubscribeHeadsAsync(CancellationToken cancellationToken) =>
        SubscribeAsync(["newHeads"], json => RpcJson.Head(json, null) ?? throw new FormatException("null for a block"), cancellationToken);

    /// <summary>Logs as they are written and, in a reorganisation, taken back. Reading them throws when the socket ends.</summary>
    /// <param name="filter">Contract and topic; blocks before now are not told.</param>
    public Task<IAsyncEnumerable<LogNotice>> SubscribeLogsAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        var what = new JsonObject { ["address"] = filter.Contract.ToString() };
        if (filter.Topic is { } topic)
        {
            what["topics"] = new JsonArray(topic.ToString());
        }

        return SubscribeAsync(["logs", what], json => Notice(json, filter), cancellationToken);
    }

    /// <summary>Ends the socket; whoever reads from it learns why.</summary>
    internal void Abandon(string why) => _transport.GiveUp(new EthereumTransportException($"The socket to {_transport.Endpoint} {why}.", isTransient: true));

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private static LogNotice Notice(JsonElement json, LogFilter filter)
    {
        var log = RpcJson.Log(json);
        return filter.Asks(log)
            ? new LogNotice(log, json.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True)
            : throw new FormatException("a log that was not asked for");
    }

    private async Task<IAsyncEnumerable<T>> SubscribeAsync<T>(JsonArray parameters, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var (name, notifications) = await _transport.SubscribeAsync(parameters, cancellationToken);
        return ReadAsync(name, notifications, read, cancellationToken);
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(
        string name, ChannelReader<JsonElement> notifications, Func<JsonElement, T> read, CancellationToken subscribed,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(subscribed, cancellationToken);
        try
        {
            await foreach (var json in notifications.ReadAllAsync(either.Token))
            {
                yield return Read(json, read);
            }
        }
        finally
        {
            await _transport.UnsubscribeAsync(name);
        }
    }

    private T Read<T>(JsonElement json, Func<JsonElement, T> read)
    {
        try
        {
            return read(json);
        }
        catch (Exception e) when (RpcJson.IsWrongForm(e))
        {
            throw _transport.GiveUp(new EthereumTransportException($"eth_subscription: the node tells of something in another form than specified: {e.Message}", isTransient: false, e));
        }
    }
}
