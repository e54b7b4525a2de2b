using System.Globalization;
using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Benchmarks.Planning;

/// <summary>How far plans are above the least cost that is proved for them.</summary>
/// <param name="periods">How far they look ahead, quarters of an hour.</param>
/// <remarks>Shares are of what a home pays through its meter, not of that less what is stored at the end, which may be near nothing.</remarks>
internal sealed class PlanGap(int periods)
{
    private const double Euro = 1e9;

    private double _missed;
    private double _paid;

    /// <summary>Share of what all pay together.</summary>
    public double Together => _missed / _paid;

    /// <summary>The largest share of what a home pays.</summary>
    public double Worst { get; private set; }

    /// <summary>The most that a home's plan is above its bound, EUR a day.</summary>
    public double WorstEuroADay { get; private set; }

    /// <summary>The largest share that the solver left unproved between its own schedule and its bound.</summary>
    public double Unproved { get; private set; }

    public void Add(HomeProblem problem, HomePlan plan, double bound, double best)
    {
        var paid = Math.Abs(plan.Net.Select((net, t) => net * (net > 0 ? problem.Buy[t] : problem.Sell[t])).Sum());
        (_missed, _paid) = (_missed + plan.Cost - bound, _paid + paid);
        Worst = Math.Max(Worst, (plan.Cost - bound) / paid);
        WorstEuroADay = Math.Max(WorstEuroADay, (plan.Cost - bound) / Euro / (periods * problem.Hours / 24));
        Unproved = Math.Max(Unproved, (best - bound) / paid);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Together * 100:0.0000} % together, worst home {Worst * 100:0.000} %, {WorstEuroADay:0.0000} EUR a day at the most; not proved {Unproved * 100:0.0000} %");
}
