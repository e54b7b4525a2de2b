using System.Runtime.InteropServices;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>Whatever ends the demo, nothing that it started goes on.</summary>
public sealed class StoppingTests
{
    [Theory]
    [InlineData("homes (")] // while the chain starts
    [InlineData("chain ")] // while the exchange starts
    [InlineData("viewer ")] // while the nodes connect
    [InlineData("  3/96")] // in the middle of a round
    [InlineData("stays at")] // when all is done and the viewer is kept
    public async Task Ctrl_C_at_any_moment_stops_everything(string moment)
    {
        string[] pace = moment == "stays at" ? ["--fast", "--periods", "2", "--keep"] : ["--speed", "9000"];
        await using var demo = DemoProcess.Demo(["--headless", "--homes", "4", .. pace]);
        await demo.LineAsync(moment);
        demo.Signal(PosixSignal.SIGINT);
        Assert.Equal(130, await demo.ExitAsync());
        await NothingIsLeftAsync(demo);
    }

    [Fact]
    public async Task Ctrl_C_stops_nodes_in_processes_of_their_own()
    {
        await using var demo = DemoProcess.Demo("--headless", "--homes", "2", "--speed", "9000", "--processes");
        await demo.LineAsync("  1/96");
        Assert.NotEmpty(demo.LeftBehind());
        demo.Signal(PosixSignal.SIGTERM);
        await demo.ExitAsync();
        await NothingIsLeftAsync(demo);
    }

    [Fact]
    public async Task Even_a_kill_leaves_no_chain_and_no_node_behind()
    {
        await using var demo = DemoProcess.Demo("--headless", "--homes", "2", "--speed", "9000", "--processes");
        await demo.LineAsync("  1/96");
        demo.Kill();
        await demo.ExitAsync();
        await NothingIsLeftAsync(demo);
    }

    private static async Task NothingIsLeftAsync(DemoProcess demo)
    {
        // Children notice the end of their input in their own time; polling with a deadline, not a pause of a fixed length.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (demo.LeftBehind().Any())
        {
            Assert.False(deadline.IsCancellationRequested, $"Still running: {string.Join(", ", demo.LeftBehind())}");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
