using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>Lets a home's node say in the demo's report what its owner should know: warnings and errors, with the home's name.</summary>
internal sealed class HomeLogger(string home, DemoReport report) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            report.Warn($"{home}: {formatter(state, exception)}{(exception is null ? "" : " " + exception.Message)}");
        }
    }
}
