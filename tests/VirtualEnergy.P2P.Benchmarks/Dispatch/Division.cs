using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Tests.Proof.Bsp;

namespace VirtualEnergy.P2P.Benchmarks.Dispatch;

/// <summary>Dividing a target over homes, beside the linear programme and an equal split of the same homes.</summary>
/// <param name="CostRatio">Cost ÷ the programme's.</param>
/// <param name="EqualRatio">An equal split's ÷ the programme's.</param>
internal sealed record Division(double Milliseconds, double Milliseconds99, double ProgramMilliseconds, double CostRatio, double EqualRatio)
{
    private const int Rounds = 200;

    public static Division Measure(int count, ulong seed)
    {
        var homes = RandomDispatch.Homes(seed, count);
        var target = homes.Sum(home => home.Most) * 6 / 10;
        var plan = Disaggregation.Distribute(target, homes);
        var fast = Samples.Interleaved(Rounds, () => plan = Disaggregation.Distribute(target, homes))[0];
        var program = new Samples();
        var optimum = 0.0;
        for (var round = 0; round < 3; round++)
        {
            program.Time(() => optimum = DispatchProgram.LeastCost(target, homes));
        }

        return new Division(
            fast.Median * 1e3, fast.Percentile(99) * 1e3, program.Median * 1e3, (double)plan.CostOf(homes) / optimum, (double)EqualSplit.CostOf(target, homes) / optimum);
    }
}
