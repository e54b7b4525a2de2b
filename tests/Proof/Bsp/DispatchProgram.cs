using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Bsp.Dispatch;

namespace VirtualEnergy.P2P.Tests.Proof.Bsp;

/// <summary>
/// The division of a target as a linear programme for OR-Tools' GLOP: a variable for each step of each home, in fractions of W; one equation for the target, two bounds
/// for each home. Knows nothing of merit orders, and is a bound from below for whole W.
/// </summary>
internal static class DispatchProgram
{
    /// <summary>The least Σ W × µEUR/kWh.</summary>
    /// <exception cref="InvalidOperationException">The target cannot be reached.</exception>
    public static double LeastCost(long target, IReadOnlyList<DispatchHome> homes)
    {
        using var solver = Solver.CreateSolver("GLOP");
        var objective = solver.Objective();
        objective.SetMinimization();
        var sum = solver.MakeConstraint(target, target);
        foreach (var home in homes)
        {
            var bounds = solver.MakeConstraint(home.Least, home.Most);
            foreach (var step in home.Steps)
            {
                var power = solver.MakeNumVar(0, step.Watts, "");
                sum.SetCoefficient(power, 1);
                bounds.SetCoefficient(power, 1);
                objective.SetCoefficient(power, step.Price.MicroEurPerKWh);
            }
        }

        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? objective.Value() : throw new InvalidOperationException("GLOP found no optimum.");
    }
}
