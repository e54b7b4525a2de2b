using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>A community of three homes that has settled two periods, and goes on standing there for a class of tests that look at it.</summary>
public sealed class KeptDemo : IAsyncLifetime
{
    private DemoProcess _demo = null!;

    /// <summary>As <c>ve</c> takes it.</summary>
    public string Broker { get; private set; } = "";

    /// <summary>Without a slash at its end.</summary>
    public string Viewer { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _demo = DemoProcess.Demo("--headless", "--homes", "3", "--fast", "--periods", "2", "--keep");
        await _demo.LineAsync("stays at");
        Broker = (await _demo.LineAsync("broker ")).Split(' ')[^1];
        Viewer = (await _demo.LineAsync("viewer ")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd('/');
    }

    public ValueTask DisposeAsync() => _demo.DisposeAsync();
}
