using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// A home's headroom in a span as a linear programme for OR-Tools: the rule, written down as equations. In the span the flow is promised and every course
/// of prices finds the same schedule; after it each course goes on as it likes, and the mean over them counts. Runs stay where the plan has them. Where something that comes first is
/// missing in any case, as much of it may be missing with a change.
/// Thousandths of a µEUR.
/// </summary>
internal sealed class HeadroomProgram(HomeAhead ahead, HoldingSpan span)
{
    private double? _missing;

    /// <summary>The highest change, in Wh a period, that can be held with nothing missing afterwards that comes first.</summary>
    public double Most(bool up)
    {
        using var solver = Solver.CreateSolver("GLOP");
        var change = solver.MakeNumVar(0, double.PositiveInfinity, "");
        Bound(solver, Build(solver, change, up ? -1 : 1, 0));
        solver.Objective().Clear();
        solver.Objective().SetCoefficient(change, 1);
        solver.Objective().SetMaximization();
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : 0;
    }

    /// <summary>What everything costs from the span on, with a change of the program, Wh a period; what flows in the span is not counted. Null where it cannot be held.</summary>
    public double? Cost(double change)
    {
        using var solver = Solver.CreateSolver("GLOP");
        Bound(solver, Build(solver, null, 0, change));
        solver.Objective().SetMinimization();
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : null;
    }

    // As much may be missing as is without a change, to a mWh.
    private void Bound(Solver solver, List<Variable> missing)
    {
        var sum = solver.MakeConstraint(0, Missing() + 1e-3);
        missing.ForEach(variable => sum.SetCoefficient(variable, 1));
    }

    private double Missing()
    {
        if (_missing is null)
        {
            using var solver = Solver.CreateSolver("GLOP");
            var missing = Build(solver, null, 0, 0);
            solver.Objective().Clear();
            missing.ForEach(variable => solver.Objective().SetCoefficient(variable, 1));
            solver.Objective().SetMinimization();
            _missing = solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : 0;
        }

        return _missing.Value;
    }

    /// <returns>What is missing of what comes first, Wh of each store, period and course.</returns>
    private List<Variable> Build(Solver solver, Variable? change, double sign, double known)
    {
        var missing = new List<Variable>();
        var problem = ahead.Problems[0];
        var runs = problem.Load.ToArray();
        for (var run = 0; run < problem.Runs.Length; run++)
        {
            for (var k = 0; k < problem.Runs[run].Energies.Length && ahead.Plans[0].Starts[run] + k < runs.Length; k++)
            {
                runs[ahead.Plans[0].Starts[run] + k] += problem.Runs[run].Energies[k];
            }
        }

        var fills = new Variable?[problem.Stores.Length];
        for (var t = span.First; t < span.End; t++)
        {
            // program + change = load − sun + curtailed + stores
            var net = ahead.Program[t] + known;
            var balance = solver.MakeConstraint(net - runs[t] + problem.Sun[t], net - runs[t] + problem.Sun[t]);
            balance.SetCoefficient(solver.MakeNumVar(0, problem.Sun[t], ""), 1);
            if (change is not null)
            {
                balance.SetCoefficient(change, -sign);
                var connection = solver.MakeConstraint(-problem.Limit - net, problem.Limit - net);
                connection.SetCoefficient(change, sign);
            }

            for (var s = 0; s < fills.Length; s++)
            {
                fills[s] = Store(solver, problem.Stores[s], s, t, fills[s], balance, 1, missing);
            }
        }

        var (weight, count) = (1.0 / ahead.Problems.Length, fills.Length);
        foreach (var course in ahead.Problems)
        {
            var own = fills.ToArray();
            for (var t = span.End; t < problem.Length; t++)
            {
                var balance = solver.MakeConstraint(problem.Sun[t] - runs[t], problem.Sun[t] - runs[t]);
                var (import, export) = (solver.MakeNumVar(0, problem.Limit, ""), solver.MakeNumVar(0, problem.Limit, ""));
                balance.SetCoefficient(solver.MakeNumVar(0, problem.Sun[t], ""), 1);
                balance.SetCoefficient(import, -1);
                balance.SetCoefficient(export, 1);
                solver.Objective().SetCoefficient(import, weight * course.Buy[t]);
                solver.Objective().SetCoefficient(export, -weight * course.Sell[t]);
                for (var s = 0; s < count; s++)
                {
                    own[s] = Store(solver, problem.Stores[s], s, t, own[s], balance, weight, missing);
                }
            }

            for (var s = 0; s < count; s++)
            {
                solver.Objective().SetCoefficient(own[s]!, solver.Objective().GetCoefficient(own[s]!) - weight * course.Stores[s].EndValue);
            }
        }

        return missing;
    }

    private Variable Store(Solver solver, StoreProblem store, int s, int t, Variable? before, Constraint balance, double weight, List<Variable> missing)
    {
        var stage = store.Stages[t];
        var first = Math.Max(stage.Floor, stage.Wanted);
        // A mWh of tolerance: programs end where fills do.
        var fill = solver.MakeNumVar(Math.Min(0, first), stage.Ceiling + 1e-3, "");
        if (first > 0)
        {
            var unkept = solver.MakeNumVar(0, double.PositiveInfinity, "");
            var kept = solver.MakeConstraint(first - 1e-3, double.PositiveInfinity);
            kept.SetCoefficient(fill, 1);
            kept.SetCoefficient(unkept, 1);
            missing.Add(unkept);
        }

        var charge = solver.MakeNumVar(0, stage.MostIn, "");
        var discharge = solver.MakeNumVar(0, stage.MostOut, "");
        balance.SetCoefficient(charge, 1);
        balance.SetCoefficient(discharge, -1);
        solver.Objective().SetCoefficient(charge, weight * stage.Wear);
        solver.Objective().SetCoefficient(discharge, weight * stage.OutCost);

        // fill = keep × before − use + charge × in − discharge ÷ out − spilt
        var start = before is null ? stage.Keep * FillBefore(s) : 0;
        var step = solver.MakeConstraint(start - stage.Use, start - stage.Use);
        step.SetCoefficient(fill, 1);
        step.SetCoefficient(charge, -stage.InYield);
        step.SetCoefficient(discharge, 1 / stage.OutYield);
        step.SetCoefficient(solver.MakeNumVar(0, double.PositiveInfinity, ""), 1);
        if (before is not null)
        {
            step.SetCoefficient(before, -stage.Keep);
        }

        return fill;
    }

    private double FillBefore(int s)
    {
        var store = ahead.Problems[0].Stores[s];
        var fill = store.Fill;
        for (var t = 0; t < span.First; t++)
        {
            fill = Math.Min(store.Stages[t].After(fill, ahead.Plans[0].Energies[s][t]), store.Stages[t].Ceiling);
        }

        return fill;
    }
}
