using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Planning problems by seed, as the planner is asked about a home.</summary>
internal static class RandomHomes
{
    /// <summary>36 hours.</summary>
    public const int Periods = 144;

    /// <summary>Five days, as far ahead as homes plan.</summary>
    public const int FiveDays = 480;

    private const int Day = 96;

    /// <summary>
    /// A home with plant, battery, car, heat pump and three appliances, and a supplier that asks 19 ct more than it gives. The car leaves, and the
    /// appliances run, once in each whole day of the horizon.
    /// </summary>
    public static HomeProblem Equipped(int seed, int periods = Periods)
    {
        var random = SplitMix64.For((ulong)seed, 1);
        double Between(double low, double high) => low + (high - low) * random.Fraction();
        var (load, sun, buy, sell) = (new double[periods], new double[periods], new double[periods], new double[periods]);
        var (peak, isFlat, offset) = (Between(500, 1_500), random.Chance(50), random.Between(0, 95));
        for (var t = 0; t < periods; t++)
        {
            var hour = (t + offset) * 0.25 % 24;
            sun[t] = Math.Max(0, Math.Sin((hour - 6) / 12 * Math.PI)) * peak * Between(0.4, 1);
            load[t] = 60 + Between(0, 150) + (hour is > 17 and < 22 ? Between(0, 250) : 0);
            sell[t] = 90_000 + (isFlat ? 0 : 40_000 * Math.Sin(hour / 24 * 4 * Math.PI));
            buy[t] = sell[t] + 190_000;
        }

        return new HomeProblem
        {
            Load = load,
            Sun = sun,
            Buy = buy,
            Sell = sell,
            Limit = 1_500,
            Stores = [Battery(Between(5_000, 10_000), periods), Car(random, Between(4_000, 15_000), Between(3_000, 20_000), periods), HeatPump(offset, periods)],
            Runs = [.. Enumerable.Range(0, periods / Day).Select(day => day * Day).SelectMany(at => new RunProblem[]
            {
                new([375, 225, 50, 50, 62, 100], at + 2, at + 26), new([400, 100, 38, 325, 75], at + 30, at + 57), new([225, 212, 200, 175, 125], at + 10, at + 40),
            })],
        };
    }

    /// <summary>One store whose energy has a price of its own in each period, without any load: what dynamic programming must solve exactly.</summary>
    public static HomeProblem OneStore(int seed)
    {
        var random = SplitMix64.For((ulong)seed, 2);
        double Between(double low, double high) => low + (high - low) * random.Fraction();
        double[] prices = [.. Enumerable.Range(0, 48).Select(_ => Between(0, 400_000))];
        var (capacity, keep, inYield, outYield) = (Between(500, 12_000), Between(0.98, 1), Between(0.7, 3.5), Between(0.7, 1));
        var (mostIn, mostOut, wear) = (Between(50, 2_500), random.Chance(60) ? Between(50, 2_500) : 0, Between(0, 20_000));
        StoreStage[] stages = [.. prices.Select(_ => new StoreStage(
            0, capacity, random.Chance(10) ? Between(0, capacity) : 0, keep, random.Chance(30) ? Between(0, capacity / 10) : 0,
            random.Chance(80) ? mostIn : 0, random.Chance(80) ? mostOut : 0, mostOut > 0 ? Math.Min(1, inYield) : inYield, outYield, wear))];
        return new HomeProblem
        {
            Load = new double[48],
            Sun = new double[48],
            Buy = prices,
            Sell = prices,
            Limit = 1e9,
            Stores = [new StoreProblem(stages, Between(0, capacity), Between(0, 200_000))],
            Runs = [],
        };
    }

    private static StoreProblem Battery(double capacity, int periods)
    {
        var stage = new StoreStage(capacity / 5, capacity, capacity / 5, 1, 0, capacity / 8, capacity / 8, 0.95, 0.95, 10_000);
        return new StoreProblem([.. Enumerable.Repeat(stage, periods)], capacity / 2, 176_000);
    }

    // Half a day away, with what the journey takes and 8 kWh of reserve when it leaves.
    private static StoreProblem Car(SplitMix64 random, double journey, double fill, int periods)
    {
        var leaves = random.Between(20, 60);
        var back = leaves + random.Between(20, 40);
        // In the period before it leaves, in the one before it is back, and between the two; nothing after the last whole day's journey.
        bool IsIn(int t, int from, int until) => t >= from && (t - from) / Day < periods / Day && (t - from) % Day < until - from;
        return new StoreProblem(
            [.. Enumerable.Range(0, periods).Select(t => new StoreStage(
                0, 50_000, IsIn(t, leaves - 1, leaves) ? journey + 8_000 : 0, 1, IsIn(t, back - 1, back) ? journey : 0, IsIn(t, leaves, back) ? 0 : 925, 0, 0.9, 1, 0))],
            fill, 205_000);
    }

    // 6.5 kWh/K with 2 K of comfort and 45 hours to lose it.
    private static StoreProblem HeatPump(int offset, int periods)
    {
        static double Day(double hour) => Math.Sin(hour / 24 * 2 * Math.PI);
        return new StoreProblem(
            [.. Enumerable.Range(0, periods).Select(t => (t + offset) * 0.25).Select(hour => new StoreStage(
                -13_000, 13_000, 0, Math.Exp(-0.25 / 45), 700 - 200 * Day(hour - 8), 600, 0, 3.2 + 0.6 * Day(hour - 8), 1, 0))],
            5_000, 58_000);
    }
}
