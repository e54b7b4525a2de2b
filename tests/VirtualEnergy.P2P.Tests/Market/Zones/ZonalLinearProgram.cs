using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

/// <summary>
/// Rules 6 and 7 as a linear programme for OR-Tools' GLOP: x(b, s) Wh from sell s to buy b, what orders hold, what lines carry.
/// Knows pairs of orders only: no graph, no classes, no prices.
/// </summary>
internal static class ZonalLinearProgram
{
    /// <summary>The greatest welfare, in ticks × Wh.</summary>
    public static long MaximumWelfare(ZoneBook book)
    {
        var network = book.Rules.Network;
        using var solver = Solver.CreateSolver("GLOP");
        var held = book.Orders.ToDictionary(order => order, order => solver.MakeConstraint(0, order.Energy.WattHours), (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var lines = network.Lines.Where(line => line.Capacity is not null)
            .ToDictionary(line => (line.Buyer, line.Seller), line => solver.MakeConstraint(0, line.Capacity!.Value.WattHours));
        solver.Objective().SetMaximization();
        foreach (var buy in book.Orders.Where(order => order.Side == Side.Buy))
        {
            foreach (var sell in book.Orders.Where(order => order.Side == Side.Sell))
            {
                var flow = solver.MakeNumVar(0, double.PositiveInfinity, "");
                held[buy].SetCoefficient(flow, 1);
                held[sell].SetCoefficient(flow, 1);
                if (lines.TryGetValue((buy.Zone, sell.Zone), out var line))
                {
                    line.SetCoefficient(flow, 1);
                }

                var gain = buy.Price.MicroEurPerKWh - sell.Price.MicroEurPerKWh + PlainZones.Extra(buy, sell, network);
                solver.Objective().SetCoefficient(flow, gain / book.Rules.TickMicroEurPerKWh);
            }
        }

        Assert.Equal(Solver.ResultStatus.OPTIMAL, solver.Solve());
        var welfare = Math.Round(solver.Objective().Value());
        Assert.Equal(welfare, solver.Objective().Value(), 4); // Limits and prices are whole, so the optimum is.
        return (long)welfare;
    }
}
