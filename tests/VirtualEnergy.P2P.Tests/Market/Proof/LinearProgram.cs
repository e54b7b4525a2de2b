using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>
/// A book as a linear programme for OR-Tools' GLOP: x(b, s) Wh from sell s to buy b, at most what each order holds, none between
/// two orders of one member. Knows nothing of auctions.
/// </summary>
/// <remarks>
/// The constraints are those of a transport problem, whose matrix is totally unimodular: with whole energies and prices the
/// optimum is whole. Inputs stay below 2²⁰ each, so every sum is exact in a double but for the solver's own tolerance (1e-7);
/// an answer further than 1e-4 from a whole number is an error, not something to round away.
/// </remarks>
internal static class LinearProgram
{
    private const double Tolerance = 1e-4;

    /// <summary>The most that trades can be worth: Σ (buyer's limit − seller's limit) × Wh, in ticks × Wh.</summary>
    public static long MaximumWelfare(IReadOnlyList<Order> book, long tick) =>
        Maximum(book, (buy, sell) => (buy.Price.MicroEurPerKWh - sell.Price.MicroEurPerKWh) / tick);

    /// <summary>The most Wh that can trade at one price: of the orders that accept it, whatever the trades are worth.</summary>
    public static long MaximumVolumeAt(IReadOnlyList<Order> book, Price price) =>
        Maximum([.. book.Where(order => order.Side == Side.Buy ? order.Price >= price : order.Price <= price)], (_, _) => 1);

    /// <summary>Market rule 4's volume: the most over all prices that somebody named.</summary>
    public static long MaximumVolumeOfOnePrice(IReadOnlyList<Order> book) =>
        book.Select(order => order.Price).Distinct().Select(price => MaximumVolumeAt(book, price)).DefaultIfEmpty().Max();

    private static long Maximum(IReadOnlyList<Order> book, Func<Order, Order, long> worth)
    {
        using var solver = Solver.CreateSolver("GLOP");
        var limits = book.Select(order => solver.MakeConstraint(0, order.Energy.WattHours)).ToArray();
        var objective = solver.Objective();
        objective.SetMaximization();
        var flows = new List<Variable>();
        for (var b = 0; b < book.Count; b++)
        {
            for (var s = 0; s < book.Count; s++)
            {
                if (book[b].Side == Side.Buy && book[s].Side == Side.Sell && book[b].Member != book[s].Member)
                {
                    var flow = solver.MakeNumVar(0, double.PositiveInfinity, "");
                    limits[b].SetCoefficient(flow, 1);
                    limits[s].SetCoefficient(flow, 1);
                    objective.SetCoefficient(flow, worth(book[b], book[s]));
                    flows.Add(flow);
                }
            }
        }

        if (solver.Solve() != Solver.ResultStatus.OPTIMAL)
        {
            throw new InvalidOperationException("GLOP found no optimum.");
        }

        flows.ForEach(flow => Whole(flow.SolutionValue()));
        return Whole(objective.Value());
    }

    private static long Whole(double value)
    {
        var whole = Math.Round(value);
        return Math.Abs(value - whole) <= Tolerance ? (long)whole : throw new InvalidOperationException($"GLOP's {value} is not whole.");
    }
}
