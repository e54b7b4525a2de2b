using System.Runtime.InteropServices;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>Whatever ends the demo, nothing that it started goes on.</summary>
public sealed class StoppingTests
{
    /// <summary>Rounds at once, and for a quarter of an hour: however late it is stopped, it is still in the middle of them.</summary>
    private static readonly string[] InTheMiddle = ["--speed", "9000", "--periods", "9600"];

    [Theory]
    [InlineData("homes (")] // while the chain starts
    [InlineData("chain ")] // while the exchange starts
    [InlineData("viewer ")] // while the nodes connect
    [InlineData("  3/9600")] // in the middle of a round
    [InlineData("stays at")] // when all is done and the viewer is kept
    public async Task Ctrl_C_at_any_moment_stops_everything(string moment)
    {
        string[] pace = moment == "stays at" ? ["--fast", "--periods", "2", "--keep"] : InTheMiddle;
        await using var demo = DemoProcess.Demo(["--headless", "--homes", "4", .. pace]);
        await demo.LineAsync(moment);
        demo.Signal(PosixSignal.SIGINT);
        Assert.Equal(130, await demo.ExitAsync());
        await demo.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Ctrl_C_stops_nodes_in_processes_of_their_own()
    {
        await using var demo = DemoProcess.Demo(["--headless", "--homes", "2", "--processes", "--no-msd", .. InTheMiddle]);
        await demo.LineAsync("  1/9600");
        Assert.NotEmpty(demo.LeftBehind());
        demo.Signal(PosixSignal.SIGTERM);
        await demo.ExitAsync();
        await demo.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Even_a_kill_leaves_no_chain_and_no_node_behind()
    {
        await using var demo = DemoProcess.Demo(["--headless", "--homes", "2", "--processes", "--no-msd", .. InTheMiddle]);
        await demo.LineAsync("  1/9600");
        demo.Kill();
        await demo.ExitAsync();
        await demo.NothingIsLeftAsync();
    }
}
