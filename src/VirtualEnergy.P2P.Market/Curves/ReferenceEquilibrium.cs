namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>The price rule of <see cref="Equilibrium"/>, step by step as it is written there.</summary>
public static class ReferenceEquilibrium
{
    public static Equilibrium Of(DemandCurve curve, Demand target)
    {
        var demands = curve.Demands.ToArray();
        var lastStep = demands.Length - 1;

        // "The target above the highest demand gives the minimum price, below the lowest the maximum."
        if (target > demands[0])
        {
            return new Equilibrium(EquilibriumKind.AllSupply, 0, 0, 0, 1);
        }

        if (target < demands[lastStep])
        {
            return new Equilibrium(EquilibriumKind.AllDemand, lastStep, lastStep, 0, 1);
        }

        // "Steps whose demand is the target give the middle of the first and the last of them."
        var balanced = Enumerable.Range(0, demands.Length).Where(step => AreEqual(demands[step], target)).ToList();
        if (balanced.Count > 0)
        {
            return Divide(EquilibriumKind.Balanced, balanced[0], balanced[^1]);
        }

        // "The last step above the target and the first one below it."
        var left = Enumerable.Range(0, demands.Length).Last(step => demands[step] > target);
        return Divide(EquilibriumKind.Crossing, left, left + 1);

        Equilibrium Divide(EquilibriumKind kind, int from, int to) =>
            AreEqual(demands[from], demands[to])
                ? new Equilibrium(kind, from, to, 1, 2)
                : new Equilibrium(kind, from, to, (demands[from] - target).NanoWatts, (demands[from] - demands[to]).NanoWatts);
    }

    private static bool AreEqual(Demand a, Demand b) => Math.Abs(a.NanoWatts - b.NanoWatts) < Equilibrium.SmallestDifference.NanoWatts;
}
