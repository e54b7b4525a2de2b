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

    /// <summary>Questions in one batch at most; a longer batch is sent as several. Nodes refuse some hundreds at once.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>Before the second attempt; doubles for each further one.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A socket that shows no sign of life for this long, and then for as long again after being asked, is dead.</summary>
    public TimeSpan SocketKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Notifications of a socket that wait to be read; one more, and the socket is given up: a gap is never silent.</summary>
    public int MaxUnreadNotifications { get; init; } = 10_000;

    /// <summary>Custom errors of the contracts in use, so that a revert has a name.</summary>
    public IReadOnlyList<Abi.AbiError> KnownErrors { get; init; } = [];
}

/// <summary>JSON-RPC 2.0 over HTTP POST: one request or one batch, one answer, bounded in time and size.</summary>
internal sealed class JsonRpcTransport(HttpClient http, Uri endpoint, TimeProvider time, JsonRpcOptions options) : IRpcTransport
{
    private readonly RpcAnswer _answer = new(endpoint, options.KnownErrors);
    private long _lastId;

    public JsonRpcOptions Options => options;

    public async Task<JsonElement> AskAsync(string method, JsonArray parameters, bool repeatable, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var request = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(Request(id, method, parameters));
        var answer = await PostPatientlyAsync(method, request, repeatable, cancellationToken);
        return _answer.Result(method, id, _answer.Parse(method, answer));
    }

    /// <summary>
    /// Asks several questions in one request. Answers are matched by id, in any order; an answer nobody asked for, or a second
    /// one, voids them all.
    /// </summary>
    /// <returns>In the order of the questions: the result, or why there is none.</returns>
    /// <exception cref="EthereumException">The batch as a whole failed.</exception>
    public async Task<IReadOnlyList<(JsonElement Result, EthereumException? Error)>> AskAllAsync(
        IReadOnlyList<(string Method, JsonArray Parameters)> questions, bool repeatable, CancellationToken cancellationToken)
    {
        var name = $"a batch of {questions.Count}";
        var first = Interlocked.Add(ref _lastId, questions.Count) - questions.Count + 1;
        var requests = new JsonArray([.. questions.Select((question, i) => Request(first + i, question.Method, question.Parameters))]);
        var root = _answer.Parse(name, await PostPatientlyAsync(name, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(requests), repeatable, cancellationToken));
        if (root.ValueKind != JsonValueKind.Array)
        {
            throw (root.ValueKind == JsonValueKind.Object ? _answer.Error(name, root) : null) ?? _answer.Nonsense(name, "JSON that is not a batch of responses");
        }

        var answers = new JsonElement?[questions.Count];
        foreach (var response in root.EnumerateArray())
        {
            var place = RpcAnswer.IdOf(response) - first;
            if (place is not (>= 0 and var i) || i >= answers.Length || answers[i] is not null)
            {
                throw _answer.Nonsense(name, "a response that no request asks for, or asks for twice");
            }

            answers[i] = response;
        }

        return [.. questions.Select((question, i) => Outcome(question.Method, first + i, answers[i]))];
    }

    private (JsonElement Result, EthereumException? Error) Outcome(string method, long id, JsonElement? response)
    {
        try
        {
            return (_answer.Result(method, id, response ?? throw _answer.Nonsense(method, "the batch without this question")), null);
        }
        catch (EthereumException e)
        {
            return (default, e);
        }
    }

    private async Task<byte[]> PostPatientlyAsync(string method, byte[] request, bool repeatable, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await PostAsync(method, request, cancellationToken);
            }
            catch (EthereumTransportException e) when (e.IsTransient && repeatable && attempt < options.Attempts)
            {
                await BackOffAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>Waits after an attempt, the first being 1, before the next.</summary>
    public Task BackOffAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(options.FirstBackOff * (1 << (attempt - 1)), time, cancellationToken);

    internal static JsonObject Request(long id, string method, JsonArray parameters) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };

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
            return response.IsSuccessStatusCode || (response.StatusCode == HttpStatusCode.BadRequest && answer is [(byte)'{' or (byte)'[', ..])
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
                throw _answer.Nonsense(method, $"more than {options.MaxResponseBytes} bytes");
            }

            answer.Write(buffer, 0, read);
        }

        return answer.ToArray();
    }
}
