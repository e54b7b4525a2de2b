namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// One pass forward through a home's horizon: in each period the devices' demands meet the grid's prices as bids meet in an
/// auction, which gives what flows, what it costs, and what a kWh inside the home was worth.
/// </summary>
/// <remarks>Keeps its arrays from plan to plan. Not safe for concurrent use.</remarks>
internal sealed class HomeSweep
{
    // How far the inside price goes beyond the grid's where the connection binds: far enough to move what can be moved. µEUR/kWh.
    private const double Beyond = 1_000_000;

    private readonly List<StorePiece> _pieces = [];
    private double[] _fills = [];
    private double[] _taken = [];

    /// <summary>Inside price of each period, µEUR/kWh.</summary>
    public double[] Prices { get; private set; } = [];

    public double[] Net { get; private set; } = [];

    /// <summary>Gets the home's demand in each period, at the fills that the pass comes to; null where nobody asks.</summary>
    public List<StoreDemand>? Demands { get; set; }

    public double[][] Energies { get; private set; } = [];

    /// <summary>Thousandths of a µEUR.</summary>
    public double Cost { get; private set; }

    /// <param name="problem">The home.</param>
    /// <param name="tables">Each store's values, for the prices expected inside the home.</param>
    /// <param name="runLoad">What the runs take in each period, Wh.</param>
    public void Run(HomeProblem problem, ReadOnlySpan<ValueTable> tables, ReadOnlySpan<double> runLoad)
    {
        Prepare(problem);
        Cost = 0;
        for (var t = 0; t < problem.Length; t++)
        {
            _pieces.Clear();
            var net = problem.Load[t] + runLoad[t] - problem.Sun[t];
            for (var s = 0; s < problem.Stores.Length; s++)
            {
                _taken[s] = tables[s].Demand(t, _fills[s], _pieces, s);
                net += _taken[s];
            }

            if (problem.Sun[t] > 0)
            {
                // Production stops where energy is worth less than nothing.
                _pieces.Add(new StorePiece(problem.Stores.Length, -1, problem.Sun[t]));
            }

            _pieces.Sort(static (a, b) => b.Limit.CompareTo(a.Limit));
            Demands?.Add(new StoreDemand(net, [.. _pieces.Select(piece => new DemandPiece(piece.Limit, piece.Energy))]));
            (Net[t], Prices[t]) = Meet(problem.GridAt(t), net);
            Book(problem, t);
        }

        for (var s = 0; s < problem.Stores.Length; s++)
        {
            Cost -= problem.Stores[s].WorthOf(_fills[s]);
        }
    }

    private void Prepare(HomeProblem problem)
    {
        var stores = problem.Stores.Length;
        if (Prices.Length != problem.Length || Energies.Length != stores)
        {
            (Prices, Net) = (new double[problem.Length], new double[problem.Length]);
            Energies = [.. Enumerable.Range(0, stores).Select(_ => new double[problem.Length])];
            (_fills, _taken) = (new double[stores], new double[stores + 1]);
        }

        for (var s = 0; s < stores; s++)
        {
            _fills[s] = problem.Stores[s].Fill;
        }
    }

    // Down the pieces while each is worth more than what the next Wh through the meter costs.
    private (double Net, double Price) Meet(in GridPrice grid, double net)
    {
        foreach (var piece in _pieces)
        {
            var left = piece.Energy;
            while (left > 0)
            {
                var (price, upTo) = grid.Above(net);
                if (piece.Limit <= price)
                {
                    return (net, Between(grid, net, piece.Limit));
                }

                var energy = Math.Min(left, upTo - net);
                Take(piece.Store, energy);
                (net, left) = (energy < left ? upTo : net + energy, left - energy);
            }
        }

        return (net, Between(grid, net, double.NegativeInfinity));
    }

    // At a step's edge the price is what the next piece would pay, as far as the edge goes.
    private static double Between(in GridPrice grid, double net, double next)
    {
        var (bottom, top) = (Math.Min(0, grid.Sell) - Beyond, grid.Buy + Beyond);
        var high = Math.Clamp(grid.Above(net).Price, bottom, top);
        return Math.Clamp(next, Math.Min(high, Math.Clamp(grid.Below(net), bottom, top)), high);
    }

    private void Take(int store, double energy)
    {
        if (store < _taken.Length - 1)
        {
            _taken[store] += energy;
        }
    }

    private void Book(HomeProblem problem, int t)
    {
        Cost += Net[t] * (Net[t] > 0 ? problem.Buy[t] : problem.Sell[t]);
        for (var s = 0; s < problem.Stores.Length; s++)
        {
            ref readonly var stage = ref problem.Stores[s].Stages[t];
            var energy = _taken[s];
            Energies[s][t] = energy;
            _fills[s] = Math.Min(stage.After(_fills[s], energy), stage.Ceiling);
            Cost += Math.Max(0, energy) * stage.Wear + Math.Max(0, -energy) * stage.OutCost
                + Math.Max(0, stage.Wanted - _fills[s]) * StoreStage.Scarcity
                + Math.Max(0, stage.Floor - _fills[s]) * StoreStage.Scarcity;
        }
    }
}
