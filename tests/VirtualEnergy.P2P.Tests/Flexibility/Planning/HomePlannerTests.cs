using CsCheck;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

public sealed class HomePlannerTests
{
    [Fact]
    public void One_store_with_a_price_in_each_period_costs_what_the_linear_programme_finds() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            var problem = RandomHomes.OneStore(seed);
            var plan = new HomePlanner().Plan(problem);
            var (_, least) = HomeProgram.Solve(problem);

            // Slopes nearer than 0.5 µEUR/kWh are one: at most that times all that can flow, beside the solver's own tolerance.
            var tolerance = 0.5 * problem.Stores[0].Stages.Sum(stage => stage.MostIn * stage.InYield + stage.MostOut / stage.OutYield) + 1e-6 * Math.Abs(least);
            Assert.InRange(plan.Cost, least - tolerance, least + tolerance);
        },
        iter: 200);

    [Fact]
    public void One_store_that_burns_fuel_costs_what_the_linear_programme_finds() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            // 10 to 30 ct/kWh, among prices of the same size: some periods pay, others do not.
            var plain = RandomHomes.OneStore(seed);
            var random = new Random(seed);
            var stages = plain.Stores[0].Stages.Select(stage => stage with { MostIn = 0, Use = -50 * random.NextDouble(), OutCost = 100_000 + 200_000 * random.NextDouble() }).ToArray();
            var problem = plain with { Stores = [plain.Stores[0] with { Stages = stages }] };
            var plan = new HomePlanner().Plan(problem);
            var (_, least) = HomeProgram.Solve(problem);
            var tolerance = 0.5 * stages.Sum(stage => stage.MostOut / stage.OutYield) + 1e-6 * Math.Abs(least);
            Assert.InRange(plan.Cost, least - tolerance, least + tolerance);
        },
        iter: 200);

    [Theory]
    [InlineData(RandomHomes.Periods, 0, 24)]
    [InlineData(RandomHomes.Periods, 56, 1)]
    [InlineData(RandomHomes.FiveDays, 0, 3)]
    public void Every_plan_is_within_half_a_percent_of_what_is_paid_of_the_least_that_is_proved(int periods, int first, int homes)
    {
        var planner = new HomePlanner();
        for (var seed = first; seed < first + homes; seed++)
        {
            var problem = RandomHomes.Equipped(seed, periods);
            var plan = planner.Plan(problem);
            var (least, _) = HomeProgram.Solve(problem, 1e-4);
            Assert.True(plan.Cost >= least - 1e-6 * Math.Abs(least), $"seed {seed}: {plan.Cost} below {least}");
            Assert.True(plan.Cost - least <= 0.005 * Paid(problem, plan), $"seed {seed}: {plan.Cost - least} above, of {Paid(problem, plan)}");
        }
    }

    // Not less what is stored at the end, which may be near nothing; thousandths of a µEUR.
    private static double Paid(HomeProblem problem, HomePlan plan) =>
        Math.Abs(plan.Net.Select((net, t) => net * (net > 0 ? problem.Buy[t] : problem.Sell[t])).Sum());

    [Fact]
    public void A_plan_that_takes_too_long_is_the_best_of_the_passes_made()
    {
        // A home that may have promises is planned by passes alone, so that the two can be the same.
        var problem = RandomHomes.Equipped(3) with { Promised = [null] };
        var asked = 0;
        var late = new HomePlanner { Patience = () => () => ++asked >= 3 }.Plan(problem);
        var same = new HomePlanner().Plan(problem, passes: 3);
        Assert.Equal((3, same.Cost), (asked, late.Cost));
        Assert.Equal(same.Net, late.Net);
    }

    [Fact]
    public void Nothing_is_polished_when_it_is_late()
    {
        var problem = RandomHomes.Equipped(3);
        var late = new HomePlanner { Patience = () => () => true }.Plan(problem);
        Assert.Equal(new HomePlanner().Plan(problem with { Promised = [null] }, passes: 1).Cost, late.Cost);
        Assert.True(new HomePlanner().Plan(problem, passes: 1).Cost < late.Cost);
    }

    [Fact]
    public void What_a_plan_says_of_a_schedule_is_what_its_numbers_come_to()
    {
        var problem = RandomHomes.Equipped(3);
        var plan = new HomePlanner().Plan(problem);
        var cost = 0.0;
        var fills = problem.Stores.Select(store => store.Fill).ToArray();
        for (var t = 0; t < problem.Length; t++)
        {
            var net = problem.Load[t] - problem.Sun[t];
            for (var r = 0; r < problem.Runs.Length; r++)
            {
                var phase = t - plan.Starts[r];
                net += phase >= 0 && phase < problem.Runs[r].Energies.Length ? problem.Runs[r].Energies[phase] : 0;
            }

            for (var s = 0; s < fills.Length; s++)
            {
                var stage = problem.Stores[s].Stages[t];
                var energy = plan.Energies[s][t];
                Assert.InRange(energy, -stage.MostOut - 1e-6, stage.MostIn + 1e-6);
                fills[s] = stage.After(fills[s], energy);
                Assert.InRange(fills[s], stage.Wanted - 1e-6, stage.Ceiling + 1e-6);
                (net, cost) = (net + energy, cost + Math.Max(0, energy) * stage.Wear);
            }

            Assert.Equal(net, plan.Net[t], 6);
            Assert.InRange(net, -problem.Limit - 1e-6, problem.Limit + 1e-6);
            cost += net * (net > 0 ? problem.Buy[t] : problem.Sell[t]);
        }

        cost -= fills.Select((fill, s) => fill * problem.Stores[s].EndValue).Sum();
        Assert.InRange(plan.Cost, cost - 1, cost + 1);
    }

    [Fact]
    public void A_run_starts_where_the_sun_is_left_over()
    {
        // 1 kWh an hour of sun from period 4 to 7, nothing else in the home: 2 × 500 Wh cost 9 ct instead of 28.
        var problem = new HomeProblem
        {
            Load = new double[12],
            Sun = [0, 0, 0, 0, 500, 500, 500, 500, 0, 0, 0, 0],
            Buy = [.. Enumerable.Repeat(280_000.0, 12)],
            Sell = [.. Enumerable.Repeat(90_000.0, 12)],
            Limit = 1_000,
            Stores = [],
            Runs = [new RunProblem([500, 500], 0, 10)],
        };
        var plan = new HomePlanner().Plan(problem);
        Assert.InRange(plan.Starts[0], 4, 6);
        Assert.Equal(-2 * 500 * 90_000.0, plan.Cost, 3);
    }

    [Fact]
    public void A_full_connection_makes_energy_dearer_inside_than_it_is_outside()
    {
        // The car needs 4 × 250 Wh before period 5; the load leaves room for that in periods 0 to 3 only if nothing is put off to the cheap one.
        var stages = Enumerable.Range(0, 6).Select(t => new StoreStage(0, 10_000, t == 4 ? 1_000 : 0, 1, 0, 1_000, 0, 1, 1, 0)).ToArray();
        var problem = new HomeProblem
        {
            Load = [750, 750, 750, 750, 1_000, 0],
            Sun = new double[6],
            Buy = [300_000, 300_000, 300_000, 300_000, 100_000, 300_000],
            Sell = [.. Enumerable.Repeat(90_000.0, 6)],
            Limit = 1_000,
            Stores = [new StoreProblem(stages, 0, 0)],
            Runs = [],
        };
        var plan = new HomePlanner().Plan(problem);
        double[] expected = [250, 250, 250, 250, 0];
        Assert.Equal(expected, plan.Energies[0].Take(5).Select(energy => Math.Round(energy, 6)).ToArray());
    }
}
