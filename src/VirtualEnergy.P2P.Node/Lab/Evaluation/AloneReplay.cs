using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>A home that plans for itself, with its supplier and without a market.</summary>
internal static class AloneReplay
{
    public static HomeResult Run(EvaluationPlan plan, int index, HomePlanner planner, CancellationToken cancellation)
    {
        var home = plan.Homes[index];
        var agent = new PlanningAgent(home, plan.Rules, plan.Tariff, planner, plan.ForesightOf(home, null));
        var account = new HomeAccount(plan, index, agent.Stores);
        foreach (var period in plan.Span.Periods)
        {
            cancellation.ThrowIfCancellationRequested();
            var net = agent.Deliver(period, null, Energy.Zero).Net;
            account.Meter(net);
            account.Settle(period, net);
        }

        return account.Close(agent.FinishedRuns);
    }
}
