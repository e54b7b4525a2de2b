using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Planned homes by seed: those of <see cref="RandomHomes"/> in a market of so many courses of prices.</summary>
internal static class HeadroomHomes
{
    public static HomeAhead Ahead(int seed, HomePlanner planner, int courses, bool runs = true)
    {
        var random = SplitMix64.For((ulong)seed, 3);
        var home = RandomHomes.Equipped(seed);
        var problems = Enumerable.Range(0, courses).Select(_ =>
        {
            // Another price each two hours, differently in each course.
            double[] hours = [.. Enumerable.Range(0, home.Length / 8).Select(_ => (double)random.Between(-60_000, 60_000))];
            double[] prices = [.. Enumerable.Range(0, home.Length).Select(t => home.Sell[t] + 95_000 + hours[t / 8])];
            return home with { Buy = prices, Sell = prices, Runs = runs ? home.Runs : [] };
        }).ToArray();
        return new HomeAhead(new Period(1_980_000), [.. problems], [.. problems.Select(problem => planner.Plan(problem, problem.Buy))], []);
    }
}
