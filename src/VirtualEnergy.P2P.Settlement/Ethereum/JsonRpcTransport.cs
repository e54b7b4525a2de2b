using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Limits of the conversation with a node.</summary>
public sealed record JsonRpcOptions
{
    /// <summary>For one request, from first byte out to last byte in.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A larger answer is refused unread.</summary>
    public int MaxResponseBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How often a request is tried in all, where repeating it is harmless.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Before the second attempt; doubles for each further one.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Custom errors of the contracts in use, so that a revert has a name.</summary>
    public IReadOnlyList<Abi.AbiError> KnownErrors { get; init; } = [];
}

/// <summary>JSON-RPC 2.0 over HTTP POST: one request, one answer, bounded in time and size.</summary>
internal sealed class JsonRpcTransport(HttpClient http, Uri endpoint, TimeProvider time, JsonRpcOptions options)
{
    private long _lastId;

    /// <summary>The <c>result</c>, which is JSON null where the node knows nothing.</summary>
    /// <param name="repeatable">Whether a transport error may be answered by asking again.</param>
    public async Task<JsonElement> AskAsync(string method, JsonArray parameters, bool repeatable, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        var request = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(body);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await PostAsync(method, request, cancellationToken);
                return Result(method, id, answer);
            }
            catch (EthereumTransportException e) when (e.IsTransient && repeatable && attempt < options.Attempts)
            {
                await Task.Delay(options.FirstBackOff * (1 << (attempt - 1)), time, cancellationToken);
            }
        }
    }

    private async Task<byte[]> PostAsync(string method, byte[] request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var content = new ByteArrayContent(request);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var answer = await ReadBoundedAsync(method, response, either.Token);

            // Some nodes send a JSON-RPC error with status 400; an answer without one says nothing more than its status.
            return response.IsSuccessStatusCode || (response.StatusCode == HttpStatusCode.BadRequest && answer is [(byte)'{', ..])
                ? answer
                : throw new EthereumTransportException(
                    $"{method}: the node at {endpoint} answers HTTP {(int)response.StatusCode}.",
                    isTransient: (int)response.StatusCode >= 500 || response.StatusCode == HttpStatusCode.TooManyRequests);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EthereumTransportException(
                $"{method}: the node at {endpoint} did not answer within {options.RequestTimeout.TotalSeconds:0.###} s.", isTransient: true, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new EthereumTransportException($"{method}: the node at {endpoint} cannot be reached: {e.Message}", isTransient: true, e);
        }
    }

    private async Task<byte[]> ReadBoundedAsync(string method, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (answer.Length + read > options.MaxResponseBytes)
            {
                throw Nonsense(method, $"more than {options.MaxResponseBytes} bytes");
            }

            answer.Write(buffer, 0, read);
        }

        return answer.ToArray();
    }

    private JsonElement Result(string method, long id, byte[] answer)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(answer);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Nonsense(method, "something that is not JSON", e);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Nonsense(method, "JSON that is not a JSON-RPC response");
        }

        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            throw Failure(method, error);
        }

        return root.TryGetProperty("id", out var answered) && answered.ValueKind == JsonValueKind.Number && answered.TryGetInt64(out var number)
            && number == id && root.TryGetProperty("result", out var result)
            ? result
            : throw Nonsense(method, "JSON that is not the response to this request");
    }

    private EthereumException Failure(string method, JsonElement error)
    {
        var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var n) ? n : 0;
        var message = error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : "no message";
        return RevertData(error, code, message) is { } data
            ? EthereumRevertException.From(data, options.KnownErrors)
            : new EthereumRpcException(code, message, method);
    }

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

    private EthereumTransportException Nonsense(string method, string what, Exception? inner = null) =>
        new($"{method}: the node at {endpoint} answers {what}.", isTransient: false, inner);
}
