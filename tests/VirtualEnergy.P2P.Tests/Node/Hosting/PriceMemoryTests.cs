using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class PriceMemoryTests : IDisposable
{
    private static readonly Period First = new(1_995_000);
    private static readonly string Contract = "0x" + new string('A', 40);
    private static readonly MarketDescription Village = new("village", 1, Contract, "0x" + new string('b', 40), MarketRules.Default);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-prices-");
    private readonly KeptLog _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory.prices");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_home_that_is_started_anew_expects_the_prices_that_it_would_have_expected()
    {
        var (memory, agent) = (Open(), Agent(null));
        Run(agent, memory, 0, 200);
        var anew = Agent(Open());
        Assert.Equal(Expected(agent), Expected(anew));
        Assert.Empty(_log.Warnings);

        // And goes on from there: what it bids is the same.
        var (before, after) = (agent.BidFor(At(200)), anew.BidFor(At(200)));
        Assert.Equal((before.Buy.Sum(step => step.Energy.WattHours), before.Sell.Sum(step => step.Energy.WattHours)), (after.Buy.Sum(step => step.Energy.WattHours), after.Sell.Sum(step => step.Energy.WattHours)));
    }

    [Fact]
    public void Six_days_are_kept_and_no_more()
    {
        var memory = Open();
        Run(Agent(null), memory, 0, 700);
        var kept = Open().In(Village)!;
        Assert.Equal((576, At(700)), (kept.Prices.Count, kept.Next));
    }

    [Fact]
    public void What_was_learned_in_one_market_says_nothing_in_another()
    {
        var memory = Open();
        Run(Agent(null), memory, 0, 3);
        Assert.NotNull(Open().In(Village with { Community = "renamed", Contract = Contract.ToLowerInvariant() })); // the contract is the market
        Assert.Null(Open().In(Village with { ChainId = 2 }));
        Assert.Null(Open().In(Village with { Contract = "0x" + new string('c', 40) }));
        Assert.Null(Open().In(Village with { Rules = MarketRules.Default with { Grid = new PeriodGrid(300) } }));
    }

    [Fact]
    public void What_a_wrong_clock_dated_after_now_is_not_expected()
    {
        var memory = Open();
        Run(Agent(null), memory, 0, 300);
        var agent = Agent(Open());
        _ = agent.BidFor(At(200));
        Assert.Equal(At(200), agent.LastPrices(1_000)!.Next);

        // Of a time that is before all that is kept nothing is known.
        var earlier = Agent(Open());
        _ = earlier.BidFor(At(-10));
        Assert.Null(earlier.LastPrices(1_000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":10,"prices":[100""")] // cut off
    [InlineData("""{"market":"1/0xa","seconds":900,"first":10,"prices":[]}""")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":-1,"prices":[1]}""")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":9223372036854775807,"prices":[1]}""")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":10,"prices":[-9223372036854775808]}""")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":10,"prices":[1e308]}""")]
    [InlineData("""{"market":"1/0xa","seconds":900,"first":10,"prices":null}""")]
    [InlineData("""{"market":"1/0xa","first":10,"prices":[1]}""")]
    [InlineData("""{"market":"1/0xa","seconds":600,"first":10,"prices":[1]}""")] // no market has periods of ten minutes
    [InlineData("""{"market":null,"seconds":900,"first":10,"prices":[1]}""")]
    public void A_file_that_is_something_else_is_set_aside_with_one_line(string content)
    {
        File.WriteAllText(Path, content);
        Assert.Null(Open().In(Village));
        Assert.Contains("set aside", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<double[]> Expected(HomeAgent agent)
    {
        _ = agent.BidFor(At(200));
        return agent.LastPrices(1_000)!.Ahead(At(200), 480);
    }

    private static void Run(HomeAgent agent, PriceMemory memory, int from, int to)
    {
        for (var t = from; t < to; t++)
        {
            agent.Deliver(At(t), new Price(100_000 + 1_000 * (t % 96)), Energy.Zero);
        }

        memory.Keep(Village, agent);
    }

    private static Period At(int t) => new(First.Index + t);

    private static HomeAgent Agent(PriceMemory? memory)
    {
        var agent = new HomeAgent(new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), Village.Rules, Tariff);
        agent.RecallPrices(memory?.In(Village));
        return agent;
    }

    private PriceMemory Open() => PriceMemory.Open(Path, _log);
}
