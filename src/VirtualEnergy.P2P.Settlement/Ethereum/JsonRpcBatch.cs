using System.Text.Json;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Several questions in one request. Ask <see cref="Client"/>, without awaiting; then <see cref="SendAsync"/>; then await the
/// answers. Each has its own result or error.
/// </summary>
/// <example><code>
/// var batch = client.NewBatch();
/// var balances = members.Select(member => batch.Client.BalanceAsync(member, cancellation)).ToArray();
/// await batch.SendAsync(cancellation);
/// var sum = balances.Sum(balance => balance.Result);
/// </code></example>
public sealed class JsonRpcBatch
{
    private readonly JsonRpcTransport _http;
    private readonly Queue _queue = new();

    internal JsonRpcBatch(JsonRpcTransport http)
    {
        _http = http;
        Client = new JsonRpcClient(_queue);
    }

    /// <summary>Its questions wait for <see cref="SendAsync"/>. Asked later, they throw.</summary>
    public JsonRpcClient Client { get; }

    /// <summary>
    /// Sends all questions, in requests of <see cref="JsonRpcOptions.MaxBatch"/> at most. Errors of single questions are
    /// thrown where their answers are awaited, not here.
    /// </summary>
    /// <exception cref="EthereumException">A request as a whole failed; so do all questions that have no answer yet.</exception>
    /// <exception cref="InvalidOperationException">The batch was sent before.</exception>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        var questions = _queue.Close();
        try
        {
            foreach (var part in questions.Chunk(_http.Options.MaxBatch))
            {
                var outcomes = await _http.AskAllAsync([.. part.Select(question => (question.Method, question.Parameters))], part.All(question => question.IsRepeatable), cancellationToken);
                foreach (var (question, (result, error)) in part.Zip(outcomes))
                {
                    question.Settle(result, error);
                }
            }
        }
        catch (Exception e) when (e is EthereumException or OperationCanceledException)
        {
            foreach (var question in questions)
            {
                question.Settle(default, e);
            }

            throw;
        }
    }

    private sealed record Question(string Method, JsonArray Parameters, bool IsRepeatable)
    {
        private readonly TaskCompletionSource<JsonElement> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<JsonElement> Answer => _answer.Task;

        // The first outcome counts: a later failure of the batch does not undo an answer.
        public void Settle(JsonElement result, Exception? error)
        {
            if (error is null)
            {
                _answer.TrySetResult(result);
            }
            else
            {
                _answer.TrySetException(error);
            }
        }
    }

    private sealed class Queue : IRpcTransport
    {
        private readonly Lock _gate = new();
        private List<Question>? _open = [];

        public Task<JsonElement> AskAsync(string method, JsonArray parameters, bool repeatable, CancellationToken cancellationToken)
        {
            var question = new Question(method, parameters, repeatable);
            lock (_gate)
            {
                (_open ?? throw new InvalidOperationException($"{method}: the batch is sent already.")).Add(question);
            }

            return question.Answer.WaitAsync(cancellationToken);
        }

        public List<Question> Close()
        {
            lock (_gate)
            {
                var questions = _open ?? throw new InvalidOperationException("The batch is sent already.");
                _open = null;
                return questions;
            }
        }
    }
}
