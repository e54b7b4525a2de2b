using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Flexibility.Headroom;

/// <summary>A choice of when the home's runs start.</summary>
/// <param name="Load">What all runs take by period, Wh.</param>
/// <param name="Cost">What it costs more than the plan's choice after the span, thousandths of a µEUR. In the span energy has no price: the flow is promised.</param>
internal sealed record RunChoice(double[] Load, double Cost)
{
    /// <summary>Every one of so many runs may be moved or not.</summary>
    private const int MostMoved = 2;

    /// <summary>The plan's choice first, then each in which runs make room: out of the span for less power, into its beginning for more.</summary>
    public static RunChoice[] Of(HomeProblem problem, HomePlan plan, HoldingSpan span, bool up)
    {
        var movable = Enumerable.Range(0, problem.Runs.Length)
            .Select(run => (Run: run, Start: up ? Later(problem.Runs[run], plan, plan.Starts[run], span) : Earlier(problem.Runs[run], plan.Starts[run], span)))
            .Where(move => move.Start is not null)
            .OrderByDescending(move => problem.Runs[move.Run].Energies.Sum())
            .Take(MostMoved).ToArray();
        var choices = new RunChoice[1 << movable.Length];
        for (var choice = 0; choice < choices.Length; choice++)
        {
            var (starts, cost) = ((int[])plan.Starts.Clone(), 0.0);
            for (var m = 0; m < movable.Length; m++)
            {
                if ((choice >> m & 1) == 1)
                {
                    var (run, start) = (movable[m].Run, movable[m].Start!.Value);
                    cost += After(problem.Runs[run], plan, start, span) - After(problem.Runs[run], plan, starts[run], span);
                    starts[run] = start;
                }
            }

            choices[choice] = new RunChoice(LoadOf(problem, starts), cost);
        }

        return choices;
    }

    /// <summary>What runs take by period, Wh.</summary>
    public static double[] LoadOf(HomeProblem problem, int[] starts)
    {
        var load = new double[problem.Length];
        for (var run = 0; run < starts.Length; run++)
        {
            var energies = problem.Runs[run].Energies;
            for (var k = 0; k < energies.Length && starts[run] + k < load.Length; k++)
            {
                load[starts[run] + k] += energies[k];
            }
        }

        return load;
    }

    private static int? Earlier(RunProblem run, int start, HoldingSpan span) => start >= span.End && run.Earliest <= span.First ? span.First : null;

    private static int? Later(RunProblem run, HomePlan plan, int start, HoldingSpan span)
    {
        if (start < span.First || start >= span.End || run.Latest < span.End)
        {
            return null;
        }

        var best = span.End;
        for (var later = span.End + 1; later <= run.Latest; later++)
        {
            best = After(run, plan, later, span) < After(run, plan, best, span) ? later : best;
        }

        return best;
    }

    // What lies beyond the horizon costs what its last period costs.
    private static double After(RunProblem run, HomePlan plan, int start, HoldingSpan span)
    {
        var cost = 0.0;
        for (var k = Math.Max(0, span.End - start); k < run.Energies.Length; k++)
        {
            cost += run.Energies[k] * plan.Prices[Math.Min(start + k, plan.Prices.Length - 1)];
        }

        return cost;
    }
}
