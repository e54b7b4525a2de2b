using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class NodeMemoryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-memory-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Limits_spending_and_totals_outlive_a_restart()
    {
        var controls = new MemberControls(new MemberLimits(true, new Price(250_000), new Money(2_000_000)), new DateOnly(2026, 11, 29), new Money(700_000));
        var totals = new NodeTotals(new Energy(12), new Energy(34), new Money(-56), new Period(78));
        new NodeMemory(Path, NullLogger.Instance).Write(controls, totals);
        var (again, counted) = new NodeMemory(Path, NullLogger.Instance).Read();
        Assert.Equal(controls.Limits, again.Limits);
        Assert.Equal(controls.Spending, again.Spending);
        Assert.Equal(totals, counted);
    }

    /// <summary>What a home has bought and sold is nobody else's business, on a machine of several people either.</summary>
    [Fact]
    public void Only_its_owner_reads_it()
    {
        new NodeMemory(Path, NullLogger.Instance).Write(new MemberControls(), default);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        }
    }

    [Fact]
    public void The_members_word_for_a_device_outlives_a_restart()
    {
        var controls = new MemberControls();
        var until = new DateTimeOffset(2026, 11, 29, 22, 15, 0, TimeSpan.Zero);
        controls.Override(new DeviceOverride("wallbox", true, until));
        controls.Override(new DeviceOverride("boiler", false, until.AddHours(1)));
        var memory = new NodeMemory(Path, NullLogger.Instance);
        memory.Write(controls, default);
        Assert.Equal(controls.Overrides, new NodeMemory(Path, NullLogger.Instance).Read().Controls.Overrides);

        // And that it ended does, too.
        controls.Release("wallbox");
        memory.Write(controls, default);
        Assert.Equal("boiler", Assert.Single(new NodeMemory(Path, NullLogger.Instance).Read().Controls.Overrides).Device);
    }

    [Fact]
    public void All_the_words_that_there_may_be_fit()
    {
        var controls = new MemberControls();
        for (var i = 0; i < MemberControls.MostOverrides; i++)
        {
            controls.Override(new DeviceOverride($"zigbee2mqtt/a plug with a long name {i}", i % 2 == 0, new DateTimeOffset(2026, 11, 29, 22, 15, 0, TimeSpan.Zero)));
        }

        new NodeMemory(Path, NullLogger.Instance).Write(controls, default);
        Assert.Equal(controls.Overrides, new NodeMemory(Path, NullLogger.Instance).Read().Controls.Overrides);
    }

    [Fact]
    public void A_file_of_before_has_no_words_for_devices()
    {
        File.WriteAllText(Path, """{"paused":true,"mostMicroEurPerKWh":null,"mostMicroEurADay":null,"spentOn":"2026-11-29","spentMicroEur":1,"boughtWh":2,"soldWh":3,"savingsMicroEur":4,"lastPeriod":null}""");
        var (controls, totals) = new NodeMemory(Path, NullLogger.Instance).Read();
        Assert.True(controls.Limits.IsPaused);
        Assert.Empty(controls.Overrides);
        Assert.Equal(new Energy(2), totals.Bought);
    }

    [Theory]
    [InlineData("""{"paused":true,"spentOn":"2026-11-29","spentMicroEur":1,"boughtWh":2,"soldWh":3,"savingsMicroEur":4,"overrides":[{"device":"","isOn":true,"until":"2026-11-29T22:15:00Z"}]}""")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"paused":true,"mostMicroEurPerKWh":-1}""")]
    [InlineData("""{"other":1}""")]
    public void A_file_that_is_something_else_is_named_and_left_as_it_is(string content)
    {
        File.WriteAllText(Path, content);
        var error = Assert.Throws<UserErrorException>(() => new NodeMemory(Path, NullLogger.Instance).Read());
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    [Fact]
    public void Spending_of_a_new_day_begins_at_nothing_and_an_earlier_day_does_not_come_back()
    {
        var controls = new MemberControls();
        controls.Spend(new DateOnly(2026, 11, 28), new Money(5));
        controls.Spend(new DateOnly(2026, 11, 29), new Money(2));
        controls.Spend(new DateOnly(2026, 11, 29), new Money(1));
        controls.Spend(new DateOnly(2026, 11, 28), new Money(9));
        Assert.Equal(new Money(3), controls.SpentOn(new DateOnly(2026, 11, 29)));
        Assert.Equal(Money.Zero, controls.SpentOn(new DateOnly(2026, 11, 30)));
    }
}
