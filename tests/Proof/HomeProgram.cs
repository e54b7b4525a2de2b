using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// A home's planning problem as a mixed-integer linear programme for OR-Tools: the same rules, written down as equations, with nothing of
/// the planner's methods. Thousandths of a µEUR.
/// </summary>
internal static class HomeProgram
{
    /// <returns>The least cost that is proved (a lower bound), and the cost of the best schedule found.</returns>
    public static (double Bound, double Cost) Solve(HomeProblem problem, double gap = 1e-5)
    {
        using var solver = Solver.CreateSolver(problem.Runs.Length > 0 ? "SCIP" : "GLOP");
        var objective = solver.Objective();
        var balance = new Constraint[problem.Length];
        for (var t = 0; t < problem.Length; t++)
        {
            // import − export − curtailed − stores − runs = load − sun
            balance[t] = solver.MakeConstraint(problem.Load[t] - problem.Sun[t], problem.Load[t] - problem.Sun[t]);
            var import = solver.MakeNumVar(0, problem.Limit, "");
            var export = solver.MakeNumVar(0, problem.Limit, "");
            var curtailed = solver.MakeNumVar(0, problem.Sun[t], "");
            balance[t].SetCoefficient(import, 1);
            balance[t].SetCoefficient(export, -1);
            balance[t].SetCoefficient(curtailed, -1);
            objective.SetCoefficient(import, problem.Buy[t]);
            objective.SetCoefficient(export, -problem.Sell[t]);
        }

        foreach (var store in problem.Stores)
        {
            Store(solver, objective, balance, store);
        }

        foreach (var run in problem.Runs)
        {
            var once = solver.MakeConstraint(1, 1);
            for (var start = run.Earliest; start <= run.Latest; start++)
            {
                var chosen = solver.MakeBoolVar("");
                once.SetCoefficient(chosen, 1);
                for (var k = 0; k < run.Energies.Length && start + k < problem.Length; k++)
                {
                    balance[start + k].SetCoefficient(chosen, -run.Energies[k]);
                }
            }
        }

        objective.SetMinimization();
        using var parameters = new MPSolverParameters();
        parameters.SetDoubleParam(MPSolverParameters.DoubleParam.RELATIVE_MIP_GAP, gap);
        if (solver.Solve(parameters) != Solver.ResultStatus.OPTIMAL)
        {
            throw new InvalidOperationException("No optimum was found.");
        }

        return (problem.Runs.Length > 0 ? objective.BestBound() : objective.Value(), objective.Value());
    }

    private static void Store(Solver solver, Objective objective, Constraint[] balance, StoreProblem store)
    {
        Variable? before = null;
        for (var t = 0; t < store.Stages.Length; t++)
        {
            var stage = store.Stages[t];
            var fill = solver.MakeNumVar(double.NegativeInfinity, stage.Ceiling, "");
            var charge = solver.MakeNumVar(0, stage.MostIn, "");
            var discharge = solver.MakeNumVar(0, stage.MostOut, "");
            var spilt = solver.MakeNumVar(0, double.PositiveInfinity, "");
            balance[t].SetCoefficient(charge, -1);
            balance[t].SetCoefficient(discharge, 1);
            objective.SetCoefficient(charge, stage.Wear);
            objective.SetCoefficient(discharge, stage.OutCost);

            // fill = keep × before − use + charge × in − discharge ÷ out − spilt
            var start = before is null ? stage.Keep * store.Fill : 0;
            var step = solver.MakeConstraint(start - stage.Use, start - stage.Use);
            step.SetCoefficient(fill, 1);
            step.SetCoefficient(charge, -stage.InYield);
            step.SetCoefficient(discharge, 1 / stage.OutYield);
            step.SetCoefficient(spilt, 1);
            if (before is not null)
            {
                step.SetCoefficient(before, -stage.Keep);
            }

            foreach (var level in new[] { stage.Floor, stage.Wanted })
            {
                var missing = solver.MakeNumVar(0, double.PositiveInfinity, "");
                var enough = solver.MakeConstraint(level, double.PositiveInfinity);
                enough.SetCoefficient(fill, 1);
                enough.SetCoefficient(missing, 1);
                objective.SetCoefficient(missing, StoreStage.Scarcity);
            }

            before = fill;
        }

        objective.SetCoefficient(before!, -store.EndValue);
    }
}
