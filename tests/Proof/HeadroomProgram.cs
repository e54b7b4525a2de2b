using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// A home's headroom in a span as a linear programme for OR-Tools: the rule, written down as equations. In the span the flow is promised and every course
/// of prices finds the same schedule; after it each course goes on as it likes, and the mean over them counts. Runs stay where the plan has them.
/// Thousandths of a µEUR.
/// </summary>
internal sealed class HeadroomProgram(HomeAhead ahead, HoldingSpan span)
{
    /// <summary>The highest change, in Wh a period, that can be held with nothing missing afterwards that comes first.</summary>
    public double Most(bool up)
    {
        using var solver = Solver.CreateSolver("GLOP");
        var change = solver.MakeNumVar(0, double.PositiveInfinity, "");
        Build(solver, change, up ? -1 : 1, 0);
        solver.Objective().Clear();
        solver.Objective().SetCoefficient(change, 1);
        solver.Objective().SetMaximization();
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : 0;
    }

    /// <summary>What everything costs from the span on, with a change of the program, Wh a period; what flows in the span is not counted. Null where it cannot be held.</summary>
    public double? Cost(double change)
    {
        using var solver = Solver.CreateSolver("GLOP");
        Build(solver, null, 0, change);
        solver.Objective().SetMinimization();
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : null;
    }

    private void Build(Solver solver, Variable? change, double sign, double known)
    {
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
                fills[s] = Store(solver, problem.Stores[s], s, t, fills[s], balance, 1);
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
                    own[s] = Store(solver, problem.Stores[s], s, t, own[s], balance, weight);
                }
            }

            for (var s = 0; s < count; s++)
            {
                solver.Objective().SetCoefficient(own[s]!, solver.Objective().GetCoefficient(own[s]!) - weight * course.Stores[s].EndValue);
            }
        }
    }

    private Variable Store(Solver solver, StoreProblem store, int s, int t, Variable? before, Constraint balance, double weight)
    {
        var stage = store.Stages[t];
        // A mWh of tolerance: programs end where fills do.
        var fill = solver.MakeNumVar(Math.Max(stage.Floor, stage.Wanted) - 1e-3, stage.Ceiling + 1e-3, "");
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
