using System.Text.Json;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>What carries questions to a node and answers back: HTTP, a socket, or a batch that gathers them first.</summary>
internal interface IRpcTransport
{
    /// <summary>The <c>result</c>, which is JSON null where the node knows nothing.</summary>
    /// <param name="repeatable">Whether a transport error may be answered by asking again.</param>
    Task<JsonElement> AskAsync(string method, System.Text.Json.Nodes.JsonArray parameters, bool repeatable, CancellationToken cancellationToken);
}

/// <summary>Reads JSON-RPC 2.0 responses and trusts none of them.</summary>
internal sealed class RpcAnswer(Uri endpoint, IReadOnlyList<Abi.AbiError> knownErrors)
{
    public JsonElement Parse(string method, ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Nonsense(method, "something that is not JSON", e);
        }
    }

    /// <exception cref="EthereumException">The node's error, or no response to this request.</exception>
    public JsonElement Result(string method, long id, JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object)
        {
            throw Nonsense(method, "JSON that is not a JSON-RPC response");
        }

        if (Error(method, response) is { } error)
        {
            throw error;
        }

        return IdOf(response) == id && response.TryGetProperty("result", out var result)
            ? result
            : throw Nonsense(method, "JSON that is not the response to this request");
    }

    /// <summary>The response's error; null where it has none.</summary>
    public EthereumException? Error(string method, JsonElement response)
    {
        if (!response.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var n) ? n : 0;
        var message = error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : "no message";
        return RevertData(error, code, message) is { } data
            ? EthereumRevertException.From(data, knownErrors)
            : new EthereumRpcException(code, message, method);
    }

    /// <summary>The number that the response answers; null where it is none of ours.</summary>
    public static long? IdOf(JsonElement response) =>
        response.ValueKind == JsonValueKind.Object && response.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number)
            ? number
            : null;

    public EthereumTransportException Nonsense(string method, string what, Exception? inner = null) =>
        new($"{method}: the node at {endpoint} answers {what}.", isTransient: false, inner);

    // Geth's code 3 is a revert and carries its data; others put the data into an object, or say it in words only.
    private static byte[]? RevertData(JsonElement error, int code, string message)
    {
        if (error.TryGetProperty("data", out var data))
        {
            data = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("data", out var inner) ? inner : data;
            if (data.ValueKind == JsonValueKind.String && Hex.TryParse(data.GetString(), out var bytes))
            {
                return bytes;
            }
        }

        return code == 3 || message.Contains("execution reverted", StringComparison.OrdinalIgnoreCase) ? [] : null;
    }
}
