using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Benchmarks.Curves;

/// <summary>The curve market: from one changed bid to the new price, and the sum of very many curves.</summary>
internal static class CurveLimits
{
    private const int PriceSteps = 100;
    private const int Changes = 10_000;
    private const int Rounds = 25;

    private static readonly MarketBasis Basis = MarketBasis.Create(PriceSteps, 0, 990_000);

    public static IEnumerable<Limit> Measure() => ChangedBid().Concat(Aggregate());

    private static IEnumerable<Limit> ChangedBid()
    {
        int[] sizes = [100, 10_000, 100_000];
        var random = new Random(1);
        var spare = Enumerable.Range(0, 1_024).Select(_ => RandomCurve(random)).ToArray();
        var scripts = Array.ConvertAll(sizes, size => new Script(size, spare, random));
        var samples = Samples.Interleaved(Rounds, Array.ConvertAll<Script, Action>(scripts, script => script.Run));
        for (var i = 0; i < sizes.Length; i++)
        {
            yield return Limit.AtMost(
                string.Create(CultureInfo.InvariantCulture, $"curve: one bid changed to new price, {sizes[i]} agents"),
                samples[i].Median / Changes * 1e6,
                10,
                "µs",
                $"{PriceSteps} steps; median of {Rounds} runs of {Changes} changes of random agents");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var script in scripts)
        {
            script.Run();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        yield return Limit.AtMost(
            "curve: managed allocation per changed bid", (double)allocated / (sizes.Length * Changes), 0, "B", "counted by the runtime on the thread");
    }

    private static IEnumerable<Limit> Aggregate()
    {
        const int curves = 100_000;
        var random = new Random(2);
        var rows = new Demand[curves * PriceSteps];
        for (var curve = 0; curve < curves; curve++)
        {
            RandomCurve(random).Demands.CopyTo(rows.AsSpan(curve * PriceSteps));
        }

        // On a small part first, until both are compiled at full optimisation.
        var sum = new Demand[PriceSteps];
        long read = 0;
        for (var i = 0; i < 200; i++)
        {
            read = ReadAll(rows.AsSpan(0, 10 * PriceSteps));
            CurveSum.AddTo(sum, rows.AsSpan(0, 10 * PriceSteps));
            Thread.Sleep(2);
        }

        var samples = Samples.Interleaved(
            31,
            () => read = ReadAll(rows),
            () =>
            {
                Array.Clear(sum);
                CurveSum.AddTo(sum, rows);
            });

        // The two must have seen the same numbers; the total of all steps may wrap, in both alike.
        if (sum.Aggregate(0L, (total, demand) => unchecked(total + demand.NanoWatts)) != read)
        {
            throw new InvalidOperationException("The aggregate is not the sum of what was read.");
        }

        yield return Limit.AtMost(
            "curve: aggregate of 100,000 curves x 100 steps against one plain read",
            samples[1].Median / samples[0].Median,
            1.15,
            "x",
            string.Create(CultureInfo.InvariantCulture, $"medians of 31 interleaved runs over the same 80 MB; the read is a vectorised sum, {samples[0].Median * 1e3:0.0} ms"));
    }

    /// <summary>The plainest way to look at every number: eight sums side by side, so that only memory is waited for.</summary>
    private static long ReadAll(ReadOnlySpan<Demand> demands)
    {
        var values = MemoryMarshal.Cast<Demand, Vector<long>>(demands);
        Vector<long> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var whole = values;
        for (; whole.Length >= 8; whole = whole[8..])
        {
            a += whole[0];
            b += whole[1];
            c += whole[2];
            d += whole[3];
            e += whole[4];
            f += whole[5];
            g += whole[6];
            h += whole[7];
        }

        var sum = Vector.Sum(a + b + (c + d) + (e + f + (g + h)));
        foreach (var rest in MemoryMarshal.Cast<Demand, long>(demands)[((values.Length - whole.Length) * Vector<long>.Count)..])
        {
            sum = unchecked(sum + rest);
        }

        return sum;
    }

    /// <summary>A home of at most 10 kW either way, whose demand falls at random steps.</summary>
    private static DemandCurve RandomCurve(Random random)
    {
        var demands = new Demand[PriceSteps];
        var watts = random.NextInt64(-3_000, 10_000);
        for (var step = 0; step < PriceSteps; step++)
        {
            demands[step] = Demand.FromWatts(watts);
            watts -= random.Next(10) == 0 ? random.NextInt64(0, 1_300) : 0;
        }

        return DemandCurve.Create(Basis, demands);
    }

    /// <summary>A cluster of one size and the changes that are made to it, drawn beforehand.</summary>
    private sealed class Script
    {
        private readonly CurveCluster _cluster = new(Basis);
        private readonly (int Slot, DemandCurve Curve)[] _changes;

        public Script(int agents, DemandCurve[] spare, Random random)
        {
            for (var agent = 0; agent < agents; agent++)
            {
                _cluster.TryAdd(spare[random.Next(spare.Length)], out _, out _);
            }

            _changes = [.. Enumerable.Range(0, Changes).Select(_ => (random.Next(agents), spare[random.Next(spare.Length)]))];
        }

        /// <summary>Sum of the price steps found, so that no price is left unfound.</summary>
        public long Found { get; private set; }

        public void Run()
        {
            foreach (var (slot, curve) in _changes)
            {
                _cluster.TryReplace(slot, curve, out _);
                Found += _cluster.Equilibrium(Demand.Zero).PriceOn(Basis);
            }
        }
    }
}
