using System.Text;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>What came on each topic, and waiting for what should come, within a deadline.</summary>
internal sealed class HeldTopics
{
    private static readonly TimeSpan Soon = Hang.After;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Text, int Count)> _held = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Take(MqttMessage message)
    {
        lock (_lock)
        {
            _held[message.Topic] = (Encoding.UTF8.GetString(message.Payload.Span), Count(message.Topic) + 1);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.CompletedTask;
    }

    public int Count(string topic)
    {
        lock (_lock)
        {
            return _held.GetValueOrDefault(topic).Count;
        }
    }

    public async Task<string> UntilAsync(string topic, Predicate<string> isIt) => (await UntilAsync(topic, (text, _) => isIt(text))).Text;

    public Task UntilCountAsync(string topic, int count) => UntilAsync(topic, (_, seen) => seen >= count);

    private async Task<(string Text, int Count)> UntilAsync(string topic, Func<string, int, bool> isIt)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Soon);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_held.TryGetValue(topic, out var held) && isIt(held.Text, held.Count))
                {
                    return held;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"{topic} shows {(_held.TryGetValue(topic, out var held) ? held.Text : "nothing")}.");
            }
        }
    }
}

/// <summary>Every line that was logged, exceptions included.</summary>
internal sealed class RecordedLog : ILogger
{
    private readonly HeldTopics _lines = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _all = [];

    public IEnumerable<string> Lines => _all;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _all.Enqueue($"{formatter(state, exception)} {exception}");
        _ = _lines.Take(new MqttMessage("log", default));
    }

    /// <summary>Waits for a line.</summary>
    public async Task<string> UntilAsync(Func<string, bool> isIt)
    {
        if (!_all.Any(isIt))
        {
            await _lines.UntilAsync("log", _ => _all.Any(isIt));
        }

        return _all.First(isIt);
    }
}
