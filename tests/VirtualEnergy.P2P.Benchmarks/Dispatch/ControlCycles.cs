using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Tests.Proof.Bsp;

namespace VirtualEnergy.P2P.Benchmarks.Dispatch;

/// <summary>Whole cycles of the control: a measurement of each home in, set-points out.</summary>
/// <param name="RedispatchMilliseconds">The cycle in which a new order comes and every home that is needed gets its set-point.</param>
/// <param name="HoldMilliseconds">A cycle after that.</param>
internal sealed record ControlCycles(double RedispatchMilliseconds, double HoldMilliseconds)
{
    private const int Rounds = 30;

    public static ControlCycles Measure(int count, ulong seed)
    {
        var homes = new SimulatedHomes(seed, count, new());
        var control = new UnitControl(new ControlSettings());
        foreach (var home in homes.Described)
        {
            control.Update(home);
        }

        var (redispatch, hold, second) = (new Samples(), new Samples(), 0);
        var able = homes.Described.Sum(home => home.Up.Sum(step => step.Watts));
        for (var round = 0; round < Rounds; round++)
        {
            Cycle(null, 0);
            Cycle(round == 0 ? null : redispatch, -able * 6 / 10);
            Cycle(round == 0 ? null : hold, -able * 6 / 10);
        }

        return new ControlCycles(redispatch.Median * 1e3, hold.Median * 1e3);

        void Cycle(Samples? samples, long shift)
        {
            var now = SimulatedOrder.Zero.AddSeconds(second);
            var measurements = homes.Advance(second, now);
            ControlStep? step = null;
            (samples ?? new Samples()).Time(() => step = control.Step(now, new UnitTarget(shift, shift == 0), measurements));
            homes.Tell(step!.SetPoints);
            second += SimulatedHomes.CycleSeconds;
        }
    }
}
