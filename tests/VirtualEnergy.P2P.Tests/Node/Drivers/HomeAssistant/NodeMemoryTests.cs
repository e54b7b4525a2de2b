using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.HomeAssistant;

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

    [Theory]
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
