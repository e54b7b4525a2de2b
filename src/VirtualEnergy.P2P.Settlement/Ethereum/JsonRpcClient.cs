using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Talks to an Ethereum node over HTTP or a socket (execution-apis, namespace <c>eth</c>).</summary>
public sealed class JsonRpcClient : IEthereumClient, IDisposable
{
    private static readonly BigInteger OneGwei = 1_000_000_000;

    private readonly IRpcTransport _transport;
    private readonly HttpClient? _own;

    /// <param name="endpoint">http or https address of the node.</param>
    /// <param name="time">Measures time-outs and back-off.</param>
    public JsonRpcClient(Uri endpoint, TimeProvider time, JsonRpcOptions? options = null)
    {
        _own = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        _transport = new JsonRpcTransport(_own, endpoint, time, options ?? new JsonRpcOptions());
    }

    /// <param name="http">Stays the caller's. Its <see cref="HttpClient.BaseAddress"/> is the node.</param>
    /// <param name="time">Measures time-outs and back-off.</param>
    public JsonRpcClient(HttpClient http, TimeProvider time, JsonRpcOptions? options = null)
    {
        var endpoint = http.BaseAddress ?? throw new ArgumentException("The HTTP client has no base address.", nameof(http));
        _transport = new JsonRpcTransport(http, endpoint, time, options ?? new JsonRpcOptions());
    }

    internal JsonRpcClient(IRpcTransport transport) => _transport = transport;

    /// <summary>Gathers questions and asks them in one request.</summary>
    /// <exception cref="InvalidOperationException">This client is a socket's or a batch's own: a socket needs no batches.</exception>
    public JsonRpcBatch NewBatch() =>
        new(_transport as JsonRpcTransport ?? throw new InvalidOperationException("Only a client over HTTP asks in batches."));

    /// <summary>The head of a block; null where the node has none of that number.</summary>
    /// <param name="number">Null is the latest.</param>
    public Task<BlockHead?> BlockAsync(ulong? number, CancellationToken cancellationToken) =>
        AskAsync("eth_getBlockByNumber", [RpcJson.Block(number), false], json => RpcJson.Head(json, number), cancellationToken);

    /// <summary>What a mined transaction called; null where the node has none of that hash, or has not mined it.</summary>
    public Task<MinedCall?> MinedCallAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionByHash", [transaction.ToString()], json => RpcJson.MinedCall(json, transaction), cancellationToken);

    /// <summary>What a transaction called whose log was read, so that it must be mined; null where the node still says otherwise after being asked again.</summary>
    /// <remarks>For a moment a node may have the block, and the transaction in its pool as well: Anvil does, and answers from the pool.</remarks>
    public async Task<MinedCall?> LoggedCallAsync(Hash256 transaction, CancellationToken cancellationToken)
    {
        var call = await MinedCallAsync(transaction, cancellationToken);
        for (var attempt = 1; call is null && _transport is JsonRpcTransport http && attempt < http.Options.Attempts; attempt++)
        {
            await http.BackOffAsync(attempt, cancellationToken);
            call = await MinedCallAsync(transaction, cancellationToken);
        }

        return call;
    }

    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) =>
        AskAsync("eth_chainId", [], RpcJson.UInt64, cancellationToken);

    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken) =>
        AskAsync("eth_blockNumber", [], RpcJson.UInt64, cancellationToken);

    public Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken) =>
        AskAsync("eth_call", [RpcJson.Of(call), RpcJson.Block(call)], RpcJson.Data, cancellationToken);

    public Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken) =>
        AskAsync("eth_estimateGas", [RpcJson.Of(call), RpcJson.Block(call)], RpcJson.UInt64, cancellationToken);

    public async Task<EthereumFees> FeesAsync(CancellationToken cancellationToken)
    {
        // Both are under way before either is awaited, so that one batch can carry them.
        var nextBaseFee = AskAsync("eth_feeHistory", ["0x1", "latest", new JsonArray()], RpcJson.NextBaseFee, cancellationToken);
        var likelyTip = TipAsync(cancellationToken);
        await Task.WhenAll(nextBaseFee, likelyTip);
        var tip = await likelyTip;
        return new EthereumFees(2 * await nextBaseFee + tip, tip);
    }

    public Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionCount", [account.ToString(), pending ? "pending" : "latest"], RpcJson.UInt64, cancellationToken);

    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken) =>
        AskAsync("eth_getBalance", [account.ToString(), "latest"], RpcJson.Quantity, cancellationToken);

    public Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken) =>
        AskAsync("eth_sendRawTransaction", [Hex.Of(raw.Span)], RpcJson.Hash, cancellationToken, repeatable: false);

    public Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionByHash", [transaction.ToString()], json => json.ValueKind == JsonValueKind.Object, cancellationToken);

    public Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionReceipt", [transaction.ToString()], json => RpcJson.Receipt(json, transaction), cancellationToken);

    public Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) =>
        AskAsync("eth_getLogs", [RpcJson.Of(filter)], json => RpcJson.Logs(json, filter), cancellationToken);

    public Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken) =>
        AskAsync("eth_getCode", [account.ToString(), "latest"], RpcJson.Data, cancellationToken);

    public void Dispose() => _own?.Dispose();

    private async Task<BigInteger> TipAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync("eth_maxPriorityFeePerGas", [], RpcJson.Quantity, cancellationToken);
        }
        catch (EthereumRpcException e) when (e.Code == EthereumRpcException.MethodNotFound)
        {
            return OneGwei; // The method is an extension that not every node has.
        }
    }

    private async Task<T> AskAsync<T>(
        string method, JsonArray parameters, Func<JsonElement, T> read, CancellationToken cancellationToken, bool repeatable = true)
    {
        var result = await _transport.AskAsync(method, parameters, repeatable, cancellationToken);
        try
        {
            return read(result);
        }
        catch (Exception e) when (RpcJson.IsWrongForm(e))
        {
            throw new EthereumTransportException($"{method}: the node's answer has another form than specified: {e.Message}", isTransient: false, e);
        }
    }
}
