using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class MemoryKeeperTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-keeper-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_members_word_outlives_a_restart_without_a_home_broker()
    {
        var controls = new MemberControls();
        var memory = new NodeMemory(Path, NullLogger.Instance);
        await using (var keeper = new MemoryKeeper(memory, controls, default, new MemberId("0x" + new string('a', 40))))
        {
            keeper.Start();
            controls.Override(new DeviceOverride("car", true, new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero)));
            controls.Set(limits => limits with { MostPrice = new Price(250_000) });
        }

        var again = new NodeMemory(Path, NullLogger.Instance).Read().Controls;
        Assert.Equal(controls.Overrides, again.Overrides);
        Assert.Equal(controls.Limits, again.Limits);
    }
}
