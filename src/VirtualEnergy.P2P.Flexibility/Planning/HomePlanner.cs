namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// Plans all devices of a home over a horizon. Each device is planned exactly, by dynamic programming, for the price that a kWh
/// has inside the home; and that price is sought at which the plans fit together.
/// </summary>
/// <remarks>
/// In a market the inside price is the market's, but where the connection binds: then one pass is all. A home alone has a price
/// between what its supplier gives and asks, which depends on its own devices: a pass forward, in which the devices' demands meet as
/// in an auction, shows what it comes to, the devices are planned anew for it, and so on; the best schedule seen is the plan.
/// Where the price that comes out is the price that went in, the plan is an optimum, as no device can do better and nothing is
/// left over. Where several devices can do the same for the same price, a price cannot tell them apart: the stores of a home alone are then decided all
/// at once (<see cref="InteriorPoint"/>), from that schedule. The first period as a function of its price stays that of the passes, which do at once what the
/// optimum spreads over periods that are as good. Keeps its arrays from plan to plan; one planner serves any number of homes, one after the other. Not safe for
/// concurrent use.
/// </remarks>
public sealed class HomePlanner
{
    private readonly List<ValueTable> _tables = [];
    private readonly List<StorePiece> _pieces = [];
    private readonly HomeSweep _sweep = new();
    private readonly ScheduleProgram _program = new();
    private readonly InteriorPoint _point;
    private double[] _runLoad = [];

    // How far above the least cost a schedule may stay: a share of what is traded, and thousandths of a µEUR.
    private const double Near = 2e-4;
    private const double LeastGap = 1e5;

    public HomePlanner() => _point = new InteriorPoint(_program);

    // What rounding leaves missing, Wh of fill.
    private const double Nothing = 1;

    /// <summary>Passes of a plan that starts from nothing; what is tied is decided after them (docs/planner.md).</summary>
    public const int MostPasses = 60;

    /// <summary>
    /// Asked when a plan begins for what then says whether it has taken too long; null lets all passes be made. Every pass ends with a whole plan, and the
    /// best of those made is taken: being late costs a little money, never the plan.
    /// </summary>
    public Func<Func<bool>>? Patience { get; init; }

    /// <param name="problem">The home and its horizon.</param>
    /// <param name="guess">Inside prices to start from, as the plan of the period before had them; null starts from the grid's.</param>
    /// <param name="passes">Most passes; a plan that leaves something missing of what comes before money gets <see cref="MostPasses"/>.</param>
    public HomePlan Plan(HomeProblem problem, ReadOnlySpan<double> guess = default, int passes = MostPasses)
    {
        while (_tables.Count < problem.Stores.Length)
        {
            _tables.Add(new ValueTable());
        }

        if (_runLoad.Length != problem.Length)
        {
            _runLoad = new double[problem.Length];
        }

        var inside = guess.Length == problem.Length ? guess.ToArray() : Start(problem);
        var isLate = Patience?.Invoke();
        HomePlan? best = null;
        var missing = 0.0;
        for (var pass = 0; ; pass++)
        {
            Clamp(problem, inside);
            var starts = Array.ConvertAll(problem.Runs, run => CheapestStart(run, inside));
            Solve(problem, inside, starts);
            if (best is null || _sweep.Cost < best.Cost)
            {
                (best, missing) = (Keep(problem, inside, starts), _sweep.Missing);
            }

            var late = isLate?.Invoke() == true;
            if (late || pass + 1 >= (missing > Nothing ? Math.Max(passes, MostPasses) : passes) || !Towards(inside, _sweep.Prices, pass))
            {
                return late || !HasSpread(problem) ? best : Polished(problem, best);
            }
        }
    }

    private static bool HasSpread(HomeProblem problem)
    {
        if (problem.Promised.Length > 0 || problem.Stores.Length == 0)
        {
            return false;
        }

        for (var t = 0; t < problem.Length; t++)
        {
            if (problem.Buy[t] > problem.Sell[t])
            {
                return true;
            }
        }

        return false;
    }

    // All stores at once, for the starts that were found; and once more where the prices at the optimum say that other starts may be better.
    private HomePlan Polished(HomeProblem problem, HomePlan plan)
    {
        var enough = Math.Max(Near * Traded(plan), LeastGap);
        if (Optimum(problem, plan.Energies, plan.Prices, plan.Starts, enough) is not { } schedule)
        {
            return plan;
        }

        var best = Better(problem, plan, plan.Starts, schedule);
        var inside = _point.Prices.ToArray();
        var starts = Array.ConvertAll(problem.Runs, run => CheapestStart(run, inside));
        if (Gain(problem, inside, plan.Starts, starts) > enough)
        {
            Solve(problem, inside, starts);
            best = Optimum(problem, _sweep.Energies, inside, starts, enough) is { } other ? Better(problem, best, starts, other) : best;
        }

        return best;
    }

    // The schedule that costs least when runs start then; null where it was not found.
    private double[][]? Optimum(HomeProblem problem, double[][] known, ReadOnlySpan<double> inside, int[] starts, double enough)
    {
        Load(problem, starts);
        _program.Lay(problem, _runLoad, known);
        if (!_point.Solve(inside, enough))
        {
            return null;
        }

        var schedule = new double[problem.Stores.Length][];
        for (var s = 0; s < schedule.Length; s++)
        {
            schedule[s] = new double[problem.Length];
            for (var t = 0; t < problem.Length; t++)
            {
                schedule[s][t] = _program.Energy(_point.Values, s, t);
            }
        }

        return schedule;
    }

    private HomePlan Better(HomeProblem problem, HomePlan plan, int[] starts, double[][] schedule)
    {
        _sweep.Follow(problem, schedule, _runLoad);
        return _sweep.Cost < plan.Cost - LeastGap
            ? plan with { Starts = starts, Net = [.. _sweep.Net], Energies = Array.ConvertAll(_sweep.Energies, energies => energies.AsSpan().ToArray()), Cost = _sweep.Cost }
            : plan;
    }

    // At prices of an optimum no other starts save more than this.
    private static double Gain(HomeProblem problem, double[] inside, int[] starts, int[] others)
    {
        var gain = 0.0;
        for (var r = 0; r < starts.Length; r++)
        {
            gain += CostOf(problem.Runs[r], inside, starts[r]) - CostOf(problem.Runs[r], inside, others[r]);
        }

        return gain;
    }

    private static double Traded(HomePlan plan)
    {
        var traded = 0.0;
        for (var t = 0; t < plan.Net.Length; t++)
        {
            traded += Math.Abs(plan.Net[t] * plan.Prices[t]);
        }

        return traded;
    }

    /// <summary>What the home would take in each period of the horizon as a function of its price, at the fills that a plan comes to; Wh, + import.</summary>
    /// <param name="problem">The one that was planned.</param>
    /// <param name="plan">Its plan.</param>
    internal IReadOnlyList<StoreDemand> DemandsOf(HomeProblem problem, HomePlan plan)
    {
        var demands = new List<StoreDemand>(problem.Length);
        _sweep.Demands = demands;
        Solve(problem, plan.Prices, plan.Starts);
        _sweep.Demands = null;
        return demands;
    }

    private void Load(HomeProblem problem, int[] starts)
    {
        Array.Clear(_runLoad);
        for (var r = 0; r < starts.Length; r++)
        {
            var energies = problem.Runs[r].Energies;
            for (var k = 0; k < energies.Length && starts[r] + k < _runLoad.Length; k++)
            {
                _runLoad[starts[r] + k] += energies[k];
            }
        }
    }

    private void Solve(HomeProblem problem, double[] inside, int[] starts)
    {
        Load(problem, starts);
        for (var s = 0; s < problem.Stores.Length; s++)
        {
            _tables[s].Solve(problem.Stores[s], inside, problem.Haste);
        }

        _sweep.Run(problem, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tables), _runLoad);
    }

    private static double[] Start(HomeProblem problem) =>
        [.. Enumerable.Range(0, problem.Length).Select(t => problem.Load[t] >= problem.Sun[t] ? problem.Buy[t] : problem.Sell[t])];

    private static void Clamp(HomeProblem problem, double[] inside)
    {
        for (var t = 0; t < inside.Length; t++)
        {
            inside[t] = Math.Clamp(inside[t], Math.Min(0, problem.Sell[t]), problem.Buy[t] + 1_000_000);
        }
    }

    // Most of the way at first, then less and less, so that prices that take turns come to rest. False: they had met.
    private static bool Towards(double[] inside, double[] seen, int pass)
    {
        const double FirstStep = 0.6;
        const int FullSteps = 10;
        const double Slowing = 0.7;
        var step = pass < FullSteps ? FirstStep : FirstStep * Math.Pow((FullSteps + 1.0) / (pass + 1), Slowing);
        var apart = 0.0;
        for (var t = 0; t < inside.Length; t++)
        {
            var difference = seen[t] - inside[t];
            apart = Math.Max(apart, Math.Abs(difference));
            inside[t] += step * difference;
        }

        return apart > 50;
    }

    private static int CheapestStart(RunProblem run, double[] inside)
    {
        var (best, least) = (run.Earliest, double.PositiveInfinity);
        for (var start = run.Earliest; start <= run.Latest; start++)
        {
            var cost = CostOf(run, inside, start);
            if (cost < least - 1)
            {
                (best, least) = (start, cost);
            }
        }

        return best;
    }

    private static double CostOf(RunProblem run, double[] inside, int start, int from = 0)
    {
        var cost = 0.0;
        for (var k = from; k < run.Energies.Length; k++)
        {
            // What lies beyond the horizon costs what its last period costs.
            cost += run.Energies[k] * inside[Math.Min(start + k, inside.Length - 1)];
        }

        return cost;
    }

    private HomePlan Keep(HomeProblem problem, double[] inside, int[] starts)
    {
        var demands = new StoreDemand[problem.Stores.Length];
        for (var s = 0; s < demands.Length; s++)
        {
            demands[s] = DemandOf(problem, s);
        }

        return new HomePlan
        {
            Prices = [.. inside],
            Net = [.. _sweep.Net],
            Energies = Array.ConvertAll(_sweep.Energies, energies => energies.AsSpan().ToArray()),
            Starts = starts,
            Cost = _sweep.Cost,
            Demands = demands,
            StartLimits = Array.ConvertAll(problem.Runs, run => StartLimit(run, inside, problem.Haste)),
        };
    }

    private StoreDemand DemandOf(HomeProblem problem, int store)
    {
        _pieces.Clear();
        var most = _tables[store].Demand(0, problem.Stores[store].Fill, _pieces, store);
        return new StoreDemand(most, [.. _pieces.Select(piece => new DemandPiece(piece.Limit, piece.Energy))]);
    }

    private static double? StartLimit(RunProblem run, double[] inside, double haste)
    {
        if (run.Earliest > 0)
        {
            return null;
        }

        if (run.Latest <= 0)
        {
            return double.PositiveInfinity;
        }

        var later = double.PositiveInfinity;
        for (var start = 1; start <= run.Latest; start++)
        {
            later = Math.Min(later, CostOf(run, inside, start) + haste * run.Energies[0]);
        }

        return run.Energies[0] > 0 ? (later - CostOf(run, inside, 0, from: 1)) / run.Energies[0] : later >= CostOf(run, inside, 0) ? double.MaxValue : double.MinValue;
    }
}
