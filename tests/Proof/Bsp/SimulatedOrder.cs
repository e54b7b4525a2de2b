using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;

namespace VirtualEnergy.P2P.Tests.Proof.Bsp;

/// <summary>One cycle of a simulated order.</summary>
/// <param name="Second">From the beginning; the order starts a minute later.</param>
/// <param name="TrueShift">W by which the homes really differ from their baselines.</param>
internal readonly record struct SimulatedCycle(int Second, double TrueShift, ControlStep Step);

/// <summary>An order carried out by simulated homes: desk, control and homes, cycle by cycle, without a clock.</summary>
internal sealed class SimulatedOrder
{
    public const int Start = 60;
    public const int RampEnd = Start + 900;
    public static readonly UnitId Unit = new("unit");
    public static readonly DateTimeOffset Zero = new(2026, 12, 1, 18, 0, 0, TimeSpan.Zero);
    public static readonly OrderTerms Terms = new(
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1), TimeSpan.FromHours(3), 1, TimeSpan.Zero, TimeSpan.FromDays(1), TimeSpan.FromMinutes(15));

    private readonly SimulatedHomes _homes;
    private readonly ControlSettings _settings;

    /// <param name="watts">The order, W.</param>
    /// <param name="holdMinutes">After 15 min of ramp.</param>
    public SimulatedOrder(SimulatedHomes homes, long watts, int holdMinutes, RegulationDirection direction = RegulationDirection.Up, ControlSettings? settings = null, OrderTerms? terms = null)
    {
        (_homes, Watts, HoldMinutes) = (homes, watts, holdMinutes);
        (_settings, Control) = (settings ?? new ControlSettings(), null!);
        Restart();
        Desk = new OrderDesk(terms ?? Terms, new HashSet<UnitId> { Unit }, (_, _, _, _) => long.MaxValue);
        var answer = Desk.Receive(new BalancingOrder("order", Unit, Zero.AddSeconds(Start), direction, watts, TimeSpan.FromMinutes(15), Zero.AddSeconds(End)), Zero);
        if (answer.Refusal is { } refusal)
        {
            throw new InvalidOperationException(refusal.Code());
        }
    }

    public OrderDesk Desk { get; }

    public UnitControl Control { get; private set; }

    public long Watts { get; }

    public int HoldMinutes { get; }

    public int End => RampEnd + HoldMinutes * 60;

    /// <summary>The process that controls is gone and another takes its place, which knows the homes and the orders, and nothing of what it told them.</summary>
    public void Restart()
    {
        Control = new UnitControl(_settings);
        foreach (var home in _homes.Described)
        {
            Control.Update(home);
        }
    }

    public ImmutableArray<SimulatedCycle> Run(int seconds, int from = 0)
    {
        var cycles = ImmutableArray.CreateBuilder<SimulatedCycle>();
        for (var second = from; second <= seconds; second += SimulatedHomes.CycleSeconds)
        {
            var now = Zero.AddSeconds(second);
            var measurements = _homes.Advance(second, now);
            Desk.Advance(now);
            var step = Control.Step(now, Desk.TargetAt(Unit, now, Control.Baseline), measurements);
            _homes.Tell(step.SetPoints);
            cycles.Add(new(second, _homes.TrueShift, step));
        }

        return cycles.ToImmutable();
    }

    /// <summary>The largest difference from the ordered power from the ramp's end to the order's, in parts of it.</summary>
    public double WorstError(IEnumerable<SimulatedCycle> cycles) =>
        cycles.Where(cycle => cycle.Second >= RampEnd && cycle.Second < End).Max(cycle => Math.Abs(Math.Abs(cycle.TrueShift) - Watts) / Watts);
}
