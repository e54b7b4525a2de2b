using VirtualEnergy.P2P.DevnetTests.Demo;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary><c>tso</c> as its user starts it.</summary>
public sealed class TsoDemoTests
{
    // 25 minutes of simulation take 25 s at this speed; planning takes what the machine takes.
    private static readonly TimeSpan UntilItHangs = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task An_evening_is_planned_sold_ordered_held_measured_and_paid()
    {
        await using var demo = DemoProcess.Demo("tso", "--homes", "1000", "--customers", "4", "--speed", "60", "--hold", "5", "--vanish", "4", "--headless", "--json");
        var exitCode = await demo.ExitAsync(UntilItHangs);
        Assert.True(exitCode == 0, string.Join('\n', demo.Errors));
        var summary = demo.Summary();

        // The market's least size is 1 MW; 60 % of what was sold is ordered, in whole kW.
        var sold = summary.GetProperty("soldWatts").GetInt64();
        Assert.InRange(sold, 1_000_000, 3_000_000);
        Assert.Equal(sold * 6 / 10 / 1_000 * 1_000, summary.GetProperty("orderWatts").GetInt64());
        Assert.True(summary.GetProperty("refusedBeyondSold").GetBoolean());
        Assert.Equal(40, summary.GetProperty("vanished").GetInt32());

        // Five minutes of 4 s are 75 cycles; on a busy machine some are left out.
        Assert.InRange(summary.GetProperty("heldCycles").GetInt32(), 30, 76);
        Assert.InRange(summary.GetProperty("withinFivePercent").GetInt32(), summary.GetProperty("heldCycles").GetInt32() * 7 / 10, 76);
        Assert.InRange(summary.GetProperty("settledPeriods").GetInt32(), 2, 3);
        var (ordered, delivered) = (summary.GetProperty("orderedWh").GetInt64(), summary.GetProperty("deliveredWh").GetInt64());
        // More than ordered, as the unit is early on the ramp (at 80 % of its time) and comes back over five minutes: of a power P, P · (9/60 + 5/60 + 2.5/60 h) of P · (7.5/60 + 5/60 h).
        Assert.InRange(delivered, ordered * 9 / 10, ordered * 16 / 10);
        var (cash, members) = (summary.GetProperty("cashMicroEur").GetInt64(), summary.GetProperty("membersMicroEur").GetInt64());
        Assert.InRange(members, cash * 9 / 10, cash); // the rest is the aggregator's fee of 5 %
        Assert.True(cash > 0);
    }

    [Theory]
    [InlineData("--homes 5 --customers 6", "--homes 5: at least one for each customer, and at most 20000.")]
    [InlineData("--speed 0", "--speed 0: 1 (real time) to 100.")]
    [InlineData("--vanish 91", "--vanish 91: 0 to 90 percent.")]
    [InlineData("--homes 300", "--homes 300: these give 444 kW up with 95 % confidence, and it-msd takes 1000 kW or more; take 1000 --homes.")]
    [InlineData("--homes 10000 --customers 1", "--homes 10000: a telecontrol unit has at most 9999 homes; take more --customers.")]
    public async Task What_cannot_be_run_is_said_in_one_line(string arguments, string message)
    {
        var (exitCode, demo) = await DemoProcess.RunAsync(["tso", .. arguments.Split(' ')]);
        await using var ended = demo;

        Assert.Equal(2, exitCode);
        Assert.Equal($"error: {message}", Assert.Single(demo.Errors));
    }
}
