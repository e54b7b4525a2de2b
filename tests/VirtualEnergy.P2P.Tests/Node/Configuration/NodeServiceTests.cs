using System.CommandLine;
using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Configuration;

public sealed class NodeServiceTests
{
    private static readonly RootCommand Root = [NodeCommand.Create(), CurveRolesCommand.Create()];

    private static readonly string[] Unit = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "docs", "systemd", "ve-node.service"));

    [Fact]
    public void The_systemd_unit_starts_the_published_program_with_a_command_that_there_is()
    {
        var words = Value("ExecStart").Split(' ');
        Assert.Equal(typeof(ProsumerNode).Assembly.GetName().Name, Path.GetFileName(words[0]));
        var parsed = Root.Parse(words[1..]);
        Assert.Empty(parsed.Errors);
        Assert.Equal("run", parsed.CommandResult.Command.Name);
    }

    [Fact]
    public void A_node_that_is_stopped_has_time_to_set_its_devices_free_before_anybody_kills_it()
    {
        // A device may take ten seconds to answer; the unit waits longer than the program does.
        var leaves = NodeCommand.LeavesWithin(Root.Parse(["node", "run", "--config", "home.json"]));
        Assert.InRange(leaves, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(int.Parse(Value("TimeoutStopSec"), System.Globalization.CultureInfo.InvariantCulture) - 5));
        Assert.Equal(TimeSpan.FromSeconds(2), NodeCommand.LeavesWithin(Root.Parse(["node"])));

        // An agent has two seconds for taking its bid out and two more for its goodbye to the broker.
        Assert.Equal(leaves, NodeCommand.LeavesWithin(Root.Parse(["curve", "agent", "--home", "home.json"])));
    }

    private static string Value(string key) => Assert.Single(Unit, line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
}
