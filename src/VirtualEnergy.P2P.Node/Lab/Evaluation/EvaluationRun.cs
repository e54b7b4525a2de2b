using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>Runs an evaluation, as much at a time as there are processors.</summary>
public static class EvaluationRun
{
    /// <param name="plan">What is evaluated.</param>
    /// <param name="done">Told which part is done how far, of one; from any thread.</param>
    /// <param name="cancellation">Stops it, but for the linear programme, which ends by itself.</param>
    public static EvaluationResult Run(EvaluationPlan plan, Action<EvaluationPart, double>? done = null, CancellationToken cancellation = default)
    {
        var homes = plan.Homes.Length;
        var (unmanaged, alone) = (new HomeResult[homes], new HomeResult[homes]);
        var optimum = Task.Run(
            () =>
            {
                using var program = new CommunityProgram(plan);
                var solved = program.Solve();
                done?.Invoke(EvaluationPart.Optimum, 1);
                return solved;
            },
            cancellation);
        var finished = 0;
        Parallel.For(
            0, homes, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            () => new HomePlanner(),
            (i, _, planner) =>
            {
                unmanaged[i] = UnmanagedReplay.Run(plan, i);
                alone[i] = AloneReplay.Run(plan, i, planner, cancellation);
                done?.Invoke(EvaluationPart.Alone, (double)Interlocked.Increment(ref finished) / homes);
                return planner;
            },
            _ => { });
        var (least, prices) = optimum.GetAwaiter().GetResult();
        var market = InMarket(plan, prices, done, cancellation);
        return new EvaluationResult(plan, [.. unmanaged], [.. alone], market.Close(), least, prices, [.. market.Periods]);
    }

    /// <summary>The same once more, but for what homes expect of the market's prices: only the market is run again.</summary>
    /// <param name="before">What was evaluated.</param>
    /// <param name="tellsPlans">See <see cref="EvaluationPlan.TellsPlans"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    public static EvaluationResult Again(EvaluationResult before, bool tellsPlans, CancellationToken cancellation = default)
    {
        var plan = before.Plan with { TellsPlans = tellsPlans };
        var market = InMarket(plan, before.OptimalPrices, null, cancellation);
        return before with { Plan = plan, Market = market.Close(), Periods = [.. market.Periods] };
    }

    private static MarketRun InMarket(EvaluationPlan plan, double[] optimalPrices, Action<EvaluationPart, double>? done, CancellationToken cancellation)
    {
        var expected = plan.TellsPlans ? ExpectedPrices.OfPlans(plan)
            : plan.Known.HasFlag(Knowledge.Price) ? ExpectedPrices.Known(plan, optimalPrices) : ExpectedPrices.AsBefore(plan);
        var market = new MarketRun(plan, expected);
        market.Run(periods => done?.Invoke(EvaluationPart.Market, (double)periods / plan.Span.Length), cancellation);
        return market;
    }
}

/// <summary>What an evaluation works on.</summary>
public enum EvaluationPart
{
    /// <summary>The linear programme of the whole community.</summary>
    Optimum,

    /// <summary>The homes without management, and alone.</summary>
    Alone,

    /// <summary>The homes in the market.</summary>
    Market,
}
