using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;

/// <summary>A way of running the homes, as the reports name it.</summary>
/// <param name="Letter">a to d.</param>
/// <param name="Name">In words.</param>
/// <param name="Key">In JSON.</param>
/// <param name="Cost">All homes together.</param>
/// <param name="Homes">By home; empty for the bound.</param>
internal sealed record EvaluationWay(string Letter, string Name, string Key, Money Cost, ImmutableArray<HomeResult> Homes)
{
    public static ImmutableArray<EvaluationWay> Of(EvaluationResult result) =>
    [
        new("a", "supplier only, no management", "unmanaged", EvaluationResult.Sum(result.Unmanaged), result.Unmanaged),
        new("b", "each home alone", "alone", EvaluationResult.Sum(result.Alone), result.Alone),
        new("c", "agents in the market", "market", EvaluationResult.Sum(result.Market), result.Market),
        new("d", "optimum of all, a bound", "optimum", result.Optimum, []),
    ];

    public Money Total(Func<HomeResult, Money> part) => Homes.Aggregate(Money.Zero, (sum, home) => sum + part(home));
}
