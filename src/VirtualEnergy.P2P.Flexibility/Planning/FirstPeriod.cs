namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>The first period of a home's plans as functions of its price: the mean over equally likely courses of the prices that follow.</summary>
/// <param name="Demands">One a store.</param>
/// <param name="StartLimits">The most each run that may start pays for its first period, µEUR/kWh, in the order of the problem.</param>
/// <param name="Load">Expected base load, Wh.</param>
/// <param name="Sun">Expected production, Wh.</param>
internal sealed record FirstPeriod(StoreDemand[] Demands, double[] StartLimits, double Load, double Sun)
{
    /// <summary>More pieces than this no store bids: a bid has 16 steps a side, for all devices.</summary>
    private const int MostPieces = 4;

    /// <param name="plans">At least one; all of the same home.</param>
    /// <param name="load">Expected base load, Wh.</param>
    /// <param name="sun">Expected production, Wh.</param>
    public static FirstPeriod Of(HomePlan[] plans, double load, double sun)
    {
        var demands = new StoreDemand[plans[0].Demands.Length];
        for (var s = 0; s < demands.Length; s++)
        {
            demands[s] = Joined(plans.Length == 1 ? plans[0].Demands[s] : Mean([.. plans.Select(plan => plan.Demands[s])]));
        }

        var starts = plans[0].StartLimits.Index().Where(limit => limit.Item is not null)
            .Select(limit => plans.Average(plan => Math.Clamp(plan.StartLimits[limit.Index]!.Value, -StoreStage.Scarcity, StoreStage.Scarcity))).ToArray();
        return new FirstPeriod(demands, starts, load, sun);
    }

    // All begin and end at the same energy, as what the store can do in the period depends on no price; the limits at each energy are averaged.
    private static StoreDemand Mean(StoreDemand[] demands)
    {
        var pieces = new List<DemandPiece>();
        var (next, left) = (new int[demands.Length], demands.Select(demand => demand.Pieces.Length > 0 ? demand.Pieces[0].Energy : 0).ToArray());
        while (true)
        {
            var (energy, limit) = (double.PositiveInfinity, 0.0);
            for (var d = 0; d < demands.Length; d++)
            {
                if (next[d] >= demands[d].Pieces.Length)
                {
                    return new StoreDemand(demands[0].Base, [.. pieces]);
                }

                energy = Math.Min(energy, left[d]);
                limit += demands[d].Pieces[next[d]].Limit / demands.Length;
            }

            if (energy > 1e-3)
            {
                pieces.Add(new DemandPiece(limit, energy));
            }

            for (var d = 0; d < demands.Length; d++)
            {
                left[d] -= energy;
                if (left[d] <= 1e-6 && ++next[d] < demands[d].Pieces.Length)
                {
                    left[d] = demands[d].Pieces[next[d]].Energy;
                }
            }
        }
    }

    private static StoreDemand Joined(StoreDemand demand)
    {
        var pieces = demand.Pieces.ToList();
        NearestPieces.Join(pieces, MostPieces);
        return demand with { Pieces = [.. pieces] };
    }
}
