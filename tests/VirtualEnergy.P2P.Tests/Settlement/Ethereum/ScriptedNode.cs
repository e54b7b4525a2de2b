using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>A node that answers what the test tells it to, without a network, on a clock that the test owns.</summary>
internal sealed class ScriptedNode : HttpMessageHandler
{
    private readonly Func<string, JsonArray, int, Task<string>> _answer;
    private int _requests;

    private ScriptedNode(Func<string, JsonArray, int, Task<string>> answer) => _answer = answer;

    public FakeTimeProvider Time { get; } = new();

    public int Requests => _requests;

    /// <param name="answer">From method, parameters and the number of the request (from 1) to the <c>result</c> in JSON.</param>
    public static ScriptedNode Answering(Func<string, JsonArray, int, string> answer) =>
        new((method, parameters, count) => Task.FromResult("""{"jsonrpc":"2.0","id":ID,"result":RESULT}""".Replace("RESULT", answer(method, parameters, count), StringComparison.Ordinal)));

    /// <param name="answer">From method and parameters to the whole body; ID stands for the request's.</param>
    public static ScriptedNode Replying(Func<string, JsonArray, string> answer) =>
        new((method, parameters, _) => Task.FromResult(answer(method, parameters)));

    /// <param name="answer">From the number of the request (from 1) to the whole body; ID stands for the request's.</param>
    public static ScriptedNode Saying(Func<int, string> answer) => new((_, _, count) => Task.FromResult(answer(count)));

    public static ScriptedNode Silent() => new((_, _, _) => new TaskCompletionSource<string>().Task);

    public JsonRpcClient Client(JsonRpcOptions? options = null) => Client(Time, options);

    public JsonRpcClient Client(TimeProvider time, JsonRpcOptions? options = null) =>
        new(new HttpClient(this) { BaseAddress = new Uri("http://node/"), Timeout = Timeout.InfiniteTimeSpan }, time, options);

    /// <summary>Lets the clock run, a step at a time, until the work is done.</summary>
    public async Task<T> Finish<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await work;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var count = Interlocked.Increment(ref _requests);
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var answer = await _answer(body["method"]!.GetValue<string>(), body["params"]!.AsArray(), count).WaitAsync(cancellationToken);
        var status = answer.StartsWith("HTTP ", StringComparison.Ordinal) ? (HttpStatusCode)int.Parse(answer[5..], null) : HttpStatusCode.OK;
        return status == HttpStatusCode.OK && answer == "unreachable"
            ? throw new HttpRequestException("Connection refused")
            : new HttpResponseMessage(status)
            {
                Content = new StringContent(answer.Replace("ID", body["id"]!.ToJsonString(), StringComparison.Ordinal), Encoding.UTF8, "application/json"),
            };
    }
}
