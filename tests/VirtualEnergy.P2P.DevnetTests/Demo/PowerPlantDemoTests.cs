using System.Text.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>The demo's evening: its homes are one power plant, and the simulated system operator orders it to move.</summary>
public sealed class PowerPlantDemoTests
{
    // Two of one seed at once, so that each holds the other up in places of its own.
    private static readonly Lazy<Task<JsonElement[]>> Evenings = new(() => Task.WhenAll(
        SummaryAsync("--headless", "--fast", "--json", "--periods", "82", "--homes", "10"), SummaryAsync("--headless", "--fast", "--json", "--periods", "82", "--homes", "10")));

    [Fact]
    public async Task With_the_evening_too_the_same_seed_comes_to_the_same_figures()
    {
        var figures = (await Evenings.Value).Select(summary => summary.EnumerateObject().Where(figure => figure.Name != "seconds").Select(figure => $"{figure.Name} {figure.Value}").ToList()).ToList();
        Assert.Contains(figures[0], figure => figure.StartsWith("msd {", StringComparison.Ordinal));
        Assert.Equal(figures[0], figures[1]);
    }

    [Fact]
    public async Task In_the_evening_the_system_operator_orders_homes_move_and_are_paid_on_the_chain_and_local_trades_stay_whole()
    {
        var summary = (await Evenings.Value)[0];
        Assert.Equal((82, 82), (summary.GetProperty("settledRounds").GetInt32(), summary.GetProperty("meteredPeriods").GetInt32()));
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("msdNote").ValueKind);

        // The profile's least size is 1 kW in steps of 100 W; 60 % of what was sold is ordered.
        var msd = summary.GetProperty("msd");
        Assert.Equal("it-msd-small", msd.GetProperty("profile").GetString());
        var (sold, watts) = (msd.GetProperty("soldWatts").GetInt64(), msd.GetProperty("orderWatts").GetInt64());
        Assert.InRange(sold, 1_000, 30_000);
        Assert.Equal(sold * 6 / 10 / 100 * 100, watts);

        // Held for 15 minutes, 225 cycles of 4 s; ordered are half of the ramp's 15 minutes and these: 22.5 of 60, to the Wh in each of three periods.
        Assert.Equal(900, msd.GetProperty("heldSeconds").GetInt32());
        var held = msd.GetProperty("heldCycles").GetInt32();
        Assert.InRange(held, 225, 226);
        Assert.InRange(msd.GetProperty("withinFivePercent").GetInt32(), held * 9 / 10, held);
        var ordered = msd.GetProperty("orderedWh").GetInt64();
        Assert.InRange(ordered, watts * 3 / 8 - 5, watts * 3 / 8 + 5);
        Assert.InRange(msd.GetProperty("homesThatMoved").GetInt32(), 1, 10);
        Assert.InRange(msd.GetProperty("deliveredWh").GetInt64(), ordered / 2, ordered * 2);
        var (cash, members) = (msd.GetProperty("cashMicroEur").GetInt64(), msd.GetProperty("membersMicroEur").GetInt64());
        Assert.True(cash > 0);
        Assert.Equal(cash, members + msd.GetProperty("feeMicroEur").GetInt64());
        Assert.StartsWith("0x", msd.GetProperty("baselineHash").GetString(), StringComparison.Ordinal);

        // A home that delivered too little may owe, which the aggregator advances to the others.
        var paid = msd.GetProperty("paidOnChainMicroEur").GetInt64();
        Assert.Equal(members, paid - msd.GetProperty("owedMicroEur").GetInt64());
        Assert.InRange(msd.GetProperty("deposits").GetInt32(), 1, 10);
        Assert.StartsWith("0x", msd.GetProperty("statement").GetString(), StringComparison.Ordinal);
        Assert.Equal(2_000_000_000 + paid, summary.GetProperty("escrowMicroEur").GetInt64()); // 10 homes of 200 EUR
        Assert.Equal(2_000_000_000 + paid, summary.GetProperty("balancesMicroEur").GetInt64());
    }

    [Fact]
    public async Task Homes_in_processes_of_their_own_are_told_the_markets_time_and_are_ordered_as_well()
    {
        var summary = await SummaryAsync("--headless", "--fast", "--json", "--periods", "82", "--homes", "8", "--processes");
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("msdNote").ValueKind);
        var msd = summary.GetProperty("msd");
        Assert.Equal(900, msd.GetProperty("heldSeconds").GetInt32());
        Assert.InRange(msd.GetProperty("deliveredWh").GetInt64(), msd.GetProperty("orderedWh").GetInt64() / 2, msd.GetProperty("orderedWh").GetInt64() * 2);
        Assert.InRange(msd.GetProperty("homesThatMoved").GetInt32(), 1, 8);
        Assert.True(msd.GetProperty("paidOnChainMicroEur").GetInt64() > 0);
    }

    [Theory]
    [InlineData("Left out by --no-msd.", "--no-msd")]
    [InlineData("Left out: the evening's order takes 82 periods or more.")]
    public async Task Where_nothing_is_ordered_the_summary_says_why(string why, params string[] options)
    {
        var summary = await SummaryAsync(["--headless", "--fast", "--json", "--periods", "2", "--homes", "2", .. options]);
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("msd").ValueKind);
        Assert.Equal(why, summary.GetProperty("msdNote").GetString());
    }

    private static async Task<JsonElement> SummaryAsync(params string[] arguments)
    {
        await using var demo = DemoProcess.Demo(arguments);
        Assert.True(await demo.ExitAsync(TimeSpan.FromMinutes(10)) == 0, string.Join('\n', demo.Errors.TakeLast(20)));
        return demo.Summary();
    }
}
