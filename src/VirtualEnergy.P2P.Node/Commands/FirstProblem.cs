using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>Keeps what goes wrong while a command looks around, each line once, to be said at its end.</summary>
internal sealed class FirstProblem : ILogger
{
    private const int Most = 16;

    private readonly ConcurrentQueue<string> _problems = [];

    public IEnumerable<string> Problems => _problems;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && _problems.Count < Most && formatter(state, exception).ReplaceLineEndings(" ") is var line && !_problems.Contains(line))
        {
            _problems.Enqueue(line);
        }
    }
}
