using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Node.Lab.Evaluation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

/// <summary>What the market captures of measured homes in short cases; docs/planner.md has the long ones.</summary>
public sealed class EvaluationGoalsTests
{
    [Theory]
    [InlineData("hamlet", 0.9)]
    [InlineData("rebase_gse_community", 0.9)]
    public void With_perfect_forecasts_nearly_everything_is_captured_and_nobody_is_worse_off(string data, double least)
    {
        var result = Run(data, Knowledge.All);
        Assert.InRange(result.Captured!.Value, least, 1);
        Assert.Empty(result.WorseOff.Select(home => home.Home));
        Assert.Equal(0, EvaluationResult.Kept(result.Market).Sum);

        // The auction itself loses next to nothing of what there is to gain.
        var (lost, possible) = (LostParts.Of(result), EvaluationResult.Sum(result.Alone) - result.Optimum);
        Assert.Equal(EvaluationResult.Sum(result.Market) - result.Optimum, lost.Devices + lost.Import + lost.Export);
        Assert.InRange((lost.Import + lost.Export).MicroEur, 0, possible.MicroEur / 50);
    }

    [Theory]
    [InlineData("hamlet")]
    [InlineData("rebase_gse_community")]
    public void With_real_forecasts_prices_of_common_plans_are_worth_more_than_those_of_past_days(string data)
    {
        var plans = Run(data, Knowledge.None);
        var past = EvaluationRun.Again(plans, tellsPlans: false, TestContext.Current.CancellationToken);
        Assert.True(
            EvaluationResult.Sum(plans.Market) < EvaluationResult.Sum(past.Market),
            $"{EvaluationResult.Sum(plans.Market)} by common plans, {EvaluationResult.Sum(past.Market)} by the days before");
    }

    // Four days after the usual history, the days with which both data sets begin.
    private static EvaluationResult Run(string data, Knowledge known)
    {
        var (from, to) = data == "hamlet" ? ("2021-02-19", "2021-02-22") : ("2014-10-05", "2014-10-08");
        var options = new LabOptions { Data = RepositoryFiles.Shared($"data/{data}"), Homes = 8, From = from, To = to };
        return EvaluationRun.Run(EvaluationOptions.Open(options, known), null, TestContext.Current.CancellationToken);
    }
}
