using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Tests.Node;

/// <summary>A log that keeps its lines, warnings and worse apart. Any thread may write.</summary>
internal sealed class KeptLog : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Line)> _lines = [];

    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Line)];
            }
        }
    }

    public int Count(string part)
    {
        lock (_gate)
        {
            return _lines.Count(line => line.Line.Contains(part, StringComparison.Ordinal));
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add((logLevel, formatter(state, exception)));
        }
    }
}
