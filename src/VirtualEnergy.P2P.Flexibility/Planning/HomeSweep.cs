using System.Runtime.InteropServices;

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

    /// <summary>
    /// What a piece is worth that comes before money: comfort, departures, the store's own reserve. Above any price of energy, and below what
    /// is missing of them is taken to cost, however much of it leaks. µEUR/kWh.
    /// </summary>
    public const double ComesFirst = 5_000_000;

    /// <summary>Inside price of each period, µEUR/kWh.</summary>
    public double[] Prices { get; private set; } = [];

    public double[] Net { get; private set; } = [];

    /// <summary>Gets the home's demand in each period, at the fills that the pass comes to; null where nobody asks.</summary>
    public List<StoreDemand>? Demands { get; set; }

    public double[][] Energies { get; private set; } = [];

    /// <summary>Each store's fill after the last period of the pass, Wh.</summary>
    public ReadOnlySpan<double> Fills => _fills;

    /// <summary>Thousandths of a µEUR.</summary>
    public double Cost { get; private set; }

    /// <summary>What was missing of what comes first at the ends of periods, summed up, Wh of fill.</summary>
    public double Missing { get; private set; }

    /// <summary>What charging and discharging cost the stores, thousandths of a µEUR.</summary>
    public double Wear { get; private set; }

    /// <summary>By how much the flow missed what may flow, and what comes first was left out for it, in all periods together, Wh.</summary>
    public double Unkept { get; private set; }

    /// <param name="problem">The home.</param>
    /// <param name="tables">Each store's values, for the prices expected inside the home.</param>
    /// <param name="runLoad">What the runs take in each period, Wh.</param>
    public void Run(HomeProblem problem, ReadOnlySpan<ValueTable> tables, ReadOnlySpan<double> runLoad)
    {
        Begin(problem);
        Go(problem, tables, runLoad, 0, problem.Length, []);
        End(problem);
    }

    /// <summary>A pass in which the stores do what a schedule says, as far as they can and what comes first lets them.</summary>
    /// <param name="problem">The home.</param>
    /// <param name="schedule">Each store's energy by period, Wh.</param>
    /// <param name="runLoad">What the runs take in each period, Wh.</param>
    public void Follow(HomeProblem problem, double[][] schedule, ReadOnlySpan<double> runLoad)
    {
        Begin(problem);
        for (var t = 0; t < problem.Length; t++)
        {
            _pieces.Clear();
            var net = problem.Load[t] + runLoad[t] - problem.Sun[t];
            for (var s = 0; s < problem.Stores.Length; s++)
            {
                _taken[s] = problem.Stores[s].Stages[t].Nearest(_fills[s], schedule[s][t]);
                net += _taken[s];
            }

            Meet(problem, t, problem.GridAt(t), net);
        }

        End(problem);
    }

    /// <summary>A pass through some of the periods. Its cost knows nothing of what the stores are worth at its end.</summary>
    /// <param name="problem">The home.</param>
    /// <param name="tables">Each store's values in these periods.</param>
    /// <param name="runLoad">What the runs take in each period of the horizon, Wh.</param>
    /// <param name="first">Index of the first period.</param>
    /// <param name="end">Index after the last.</param>
    /// <param name="fills">Each store's fill before the first, Wh.</param>
    /// <param name="promised">The flow that is promised in each of these periods, Wh; empty leaves it to the prices.</param>
    public void Run(
        HomeProblem problem, ReadOnlySpan<ValueTable> tables, ReadOnlySpan<double> runLoad, int first, int end, ReadOnlySpan<double> fills,
        ReadOnlySpan<double> promised)
    {
        Prepare(problem);
        fills.CopyTo(_fills);
        Go(problem, tables, runLoad, first, end, promised);
    }

    private void Go(
        HomeProblem problem, ReadOnlySpan<ValueTable> tables, ReadOnlySpan<double> runLoad, int first, int end, ReadOnlySpan<double> promised)
    {
        for (var t = first; t < end; t++)
        {
            _pieces.Clear();
            var net = problem.Load[t] + runLoad[t] - problem.Sun[t];
            for (var s = 0; s < problem.Stores.Length; s++)
            {
                _taken[s] = tables[s].Demand(t, _fills[s], _pieces, s);
                net += _taken[s];
            }

            Meet(problem, t, promised.IsEmpty ? problem.GridAt(t) : GridPrice.Promised(promised[t - first]), net);
        }
    }

    private void Meet(HomeProblem problem, int t, in GridPrice grid, double net)
    {
        if (problem.Sun[t] > 0)
        {
            // Production stops where energy is worth less than nothing.
            _pieces.Add(new StorePiece(problem.Stores.Length, -1, problem.Sun[t]));
        }

        Sort();
        Demands?.Add(new StoreDemand(net, [.. _pieces.Select(piece => new DemandPiece(piece.Limit, piece.Energy))]));
        (Net[t], Prices[t]) = Meet(grid, net);
        var missed = Math.Max(0, Math.Max(grid.Least - Net[t], Net[t] - grid.Most));
        Unkept += missed;

        // A promise comes before money; beyond a connection no schedule goes for it.
        Cost += grid.Least == grid.Most ? missed * StoreStage.Scarcity : 0;
        Book(problem, t);
    }

    // A handful, each store's in order already: insertion, the same whatever stands at a tie.
    private void Sort()
    {
        var pieces = CollectionsMarshal.AsSpan(_pieces);
        for (var i = 1; i < pieces.Length; i++)
        {
            var (piece, at) = (pieces[i], i);
            for (; at > 0 && pieces[at - 1].Limit < piece.Limit; at--)
            {
                pieces[at] = pieces[at - 1];
            }

            pieces[at] = piece;
        }
    }

    private void Begin(HomeProblem problem)
    {
        Prepare(problem);
        for (var s = 0; s < problem.Stores.Length; s++)
        {
            _fills[s] = problem.Stores[s].Fill;
        }
    }

    private void End(HomeProblem problem)
    {
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

        (Cost, Wear, Unkept, Missing) = (0, 0, 0, 0);
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
                    Unkept += piece.Limit >= ComesFirst ? left : 0;
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
            var wear = Math.Max(0, energy) * stage.Wear + Math.Max(0, -energy) * stage.OutCost;
            Wear += wear;
            var (unwanted, below) = (Math.Max(0, stage.Wanted - _fills[s]), Math.Max(0, stage.Floor - _fills[s]));
            Missing += unwanted + below;
            Cost += wear + unwanted * StoreStage.Scarcity + below * StoreStage.Scarcity;
        }
    }
}
