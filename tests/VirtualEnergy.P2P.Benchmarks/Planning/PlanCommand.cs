using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Planning;

/// <summary><c>plan</c>: how long a home's plan takes, how near it is to its optimum, and what 10,000 homes in one process take.</summary>
internal static class PlanCommand
{
    private const int Days = 6;
    private const int Horizon = 480;

    // As an agent alone plans from the prices of the period before.
    private const int PassesAgain = 4;
    private static readonly Period First = new(1_980_000);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    public static Command Create()
    {
        var homes = new Option<int>("--homes") { Description = "Homes in one process.", DefaultValueFactory = _ => 10_000 };
        homes.Between(1, 100_000);
        var problems = new Option<int>("--problems") { Description = "Random homes whose plan is held against their mixed-integer optimum.", DefaultValueFactory = _ => 100 };
        problems.Between(1, 10_000);
        var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object." };
        var command = new Command("plan", """
            Plan homes with plant, battery, car, heat pump and three appliances over five days of quarters of an hour: time of a plan on one core, alone
            (from nothing, and from the period before) and in a market of five courses of prices; gap to the mixed-integer optimum, 36 hours and five days ahead; and memory and
            time for many homes in one process on all cores.
            Example: plan --homes 10000 --problems 100 --json
            """) { homes, problems, json };
        command.SetAction(parsed => Run(parsed.GetValue(homes), parsed.GetValue(problems), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int homes, int problems, bool asJson)
    {
        var (_, short36, _) = Gaps(problems, RandomHomes.Periods);
        var (cold, gaps, again) = Gaps(problems, RandomHomes.FiveDays);
        var alone = Periods(market: false);
        var market = Periods(market: true);
        var before = Settled();
        var agents = Agents(homes);
        Replan(agents, First);
        var megabytes = (Settled() - before) / 1e6;
        var start = Stopwatch.GetTimestamp();
        Replan(agents, First.Next);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        GC.KeepAlive(agents);
        Console.Out.WriteLine(asJson
            ? JsonSerializer.Serialize(new
            {
                machine = Machine.Description,
                coldMilliseconds = cold.Median * 1e3,
                aloneMilliseconds = alone.Median * 1e3,
                alone99Milliseconds = alone.Percentile(99) * 1e3,
                marketMilliseconds = market.Median * 1e3,
                market99Milliseconds = market.Percentile(99) * 1e3,
                problems,
                gap36Hours = short36,
                gapFiveDays = gaps,
                gapFromPricesKnown = again,
                homes,
                megabytes,
                peakMegabytes = peak,
                replanSeconds = seconds,
            })
            : string.Create(CultureInfo.InvariantCulture, $"""
                {Machine.Description}
                a plan from nothing            {cold.Median * 1e3,8:0.00} ms
                a period alone                 {alone.Median * 1e3,8:0.00} ms, 99 % within {alone.Percentile(99) * 1e3:0.00} ms
                a period in the market         {market.Median * 1e3,8:0.00} ms, 99 % within {market.Percentile(99) * 1e3:0.00} ms
                above the bound of {problems} homes, 36 hours                         {short36}
                five days                                                  {gaps}
                five days, as few passes as a period later                 {again}
                {homes:N0} homes                   {megabytes,8:0} MB, {peak:0} MB at the most; a full re-plan {seconds:0.0} s on {Environment.ProcessorCount} cores
                """));
        return 0;
    }

    private static (Samples Cold, PlanGap First, PlanGap Again) Gaps(int problems, int periods)
    {
        var (planner, cold, first, again) = (new HomePlanner(), new Samples(), new PlanGap(periods), new PlanGap(periods));
        _ = planner.Plan(RandomHomes.Equipped(0, periods));
        for (var seed = 0; seed < problems; seed++)
        {
            var problem = RandomHomes.Equipped(seed, periods);
            HomePlan? plan = null;
            cold.Time(() => plan = planner.Plan(problem));
            var (bound, best) = HomeProgram.Solve(problem, 1e-5);
            first.Add(problem, plan!, bound, best);
            again.Add(problem, planner.Plan(problem, plan!.Prices, PassesAgain), bound, best);
        }

        return (cold, first, again);
    }

    private static Samples Periods(bool market)
    {
        var (samples, planner) = (new Samples(), new HomePlanner());
        for (var seed = 0; seed < 10; seed++)
        {
            var agent = Agent(seed, planner, market);
            _ = agent.BidFor(First);
            _ = agent.Deliver(First, null, Energy.Zero);
            for (var t = 1; t < 96; t++)
            {
                samples.Time(() => agent.BidFor(new Period(First.Index + t)));
                _ = agent.Deliver(new Period(First.Index + t), null, Energy.Zero);
            }
        }

        return samples;
    }

    private static ImmutableArray<PlanningAgent>[] Agents(int homes)
    {
        var cores = Environment.ProcessorCount;
        return [.. Enumerable.Range(0, cores).Select(core =>
        {
            var planner = new HomePlanner();
            return Enumerable.Range(0, homes).Where(home => home % cores == core).Select(home => Agent(home, planner, market: true)).ToImmutableArray();
        })];
    }

    private static void Replan(ImmutableArray<PlanningAgent>[] cores, Period period) => Parallel.ForEach(cores, agents =>
    {
        foreach (var agent in agents)
        {
            _ = agent.BidFor(period);
        }
    });

    private static long Settled()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    private static PlanningAgent Agent(int seed, HomePlanner planner, bool market)
    {
        var random = SplitMix64.For((ulong)seed, 0x6265_6e63);
        var home = Home(random);
        var courses = Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, Horizon)
            .Select(t => t % 96 is > 36 and < 66 ? 90_000.0 + random.Between(0, 60_000) : 220_000.0 + random.Between(0, 60_000)).ToArray()).ToImmutableArray();
        return new PlanningAgent(home, MarketRules.Default, Tariff, planner, now => new Outlook(
            Ahead(home.Home.Load, now), Ahead(home.Home.Photovoltaics!, now), market ? courses : []));
    }

    private static double[] Ahead(PowerProfile profile, Period now) => [.. Enumerable.Range(0, Horizon).Select(t => profile.At(new Period(now.Index + t)) / 4.0)];

    private static PlannedHome Home(SplitMix64 random)
    {
        long[] load = [.. Enumerable.Range(0, Days * 96).Select(_ => (long)random.Between(80, 900))];
        var peak = random.Between(2_000, 6_000);
        long[] sun = [.. Enumerable.Range(0, Days * 96).Select(t => (long)(Math.Max(0, Math.Sin((t % 96 - 24) / 48.0 * Math.PI)) * peak))];
        var heat = random.Between(1_000, 3_500);
        var battery = new BatteryDescription(new Energy(8_000), 4_000, 4_000, minimumFill: new Energy(1_600), initialFill: new Energy(4_000));
        ImmutableArray<ApplianceDescription> appliances =
        [
            Appliance("washing machine", [1_500, 900, 200, 200, 250, 400], 32),
            Appliance("dishwasher", [1_600, 400, 150, 1_300, 300], 54),
            Appliance("dryer", [900, 850, 800, 700, 500], 64),
        ];
        return new PlannedHome(
            new HomeDescription("home", 6_000, new PowerProfile(First, [.. load]), new PowerProfile(First, [.. sun]), battery, appliances),
            [
                new CarStore("car", new Energy(50_000), 3_700,
                    [.. Enumerable.Range(0, Days).Select(day => new Journey(At(day, 30), At(day, 70), new Energy(random.Between(4_000, 12_000))))], new Energy(5_000), new Energy(20_000)),
                new HeatPumpStore("heat pump", 2_000, PowerProfile.Constant(heat), 6_000, 150, 2),
            ]);
    }

    private static ApplianceDescription Appliance(string name, ImmutableArray<long> watts, int loaded) =>
        new(name, watts, [.. Enumerable.Range(0, Days).Select(day => new ApplianceRun(At(day, loaded), At(day, loaded + 32)))]);

    private static Period At(int day, int quarter) => new(First.Index + day * 96 + quarter);
}
