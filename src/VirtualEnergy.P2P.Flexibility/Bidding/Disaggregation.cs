using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>What the devices shall do after the auction.</summary>
/// <param name="Bending">Energy of each bending device, in the order of the situation, Wh.</param>
/// <param name="Starts">For each waiting run, whether it starts.</param>
public sealed record Plan(ImmutableArray<Energy> Bending, ImmutableArray<bool> Starts)
{
    /// <summary>Whether a device starts; false for one that does not wait.</summary>
    /// <param name="situation">The one that the plan answers.</param>
    public bool StartOf(string device, Situation situation) =>
        situation.Waiting.Zip(Starts).Any(run => run.First.Device == device && run.Second);
}

/// <summary>
/// Divides what was traded among the devices: the choice that is worth most to the home, where the supplier makes up any
/// difference at its prices. With what the home bid for, that is the choice the bid was built on, and no difference is left.
/// </summary>
/// <remarks>
/// Stated rule for everything else (part of a step, no result at all, a forecast that failed): devices absorb the difference
/// as long as that is worth more to the home than the supplier's price, and the supplier takes the rest. Without a
/// result this is self-consumption.
/// </remarks>
public static class Disaggregation
{
    /// <param name="situation">The home in the period.</param>
    /// <param name="traded">Wh; + bought, − sold.</param>
    public static Plan Best(Situation situation, Energy traded)
    {
        var bending = situation.Bending.Aggregate(DemandCurve.Constant(Energy.Zero), (sum, device) => sum + device);
        (Int128 Worth, Energy Residual, int Starts, Energy Bent)? best = null;
        for (var starts = 0; starts < 1 << situation.Waiting.Length; starts++)
        {
            var (net, worth) = Started(situation, starts);
            var bent = Bent(situation, bending, net, traded);
            var residual = net + bent - traded;
            worth += bending.ValueOf(bent) - CostOf(residual, situation.Supplier);
            var size = Energy.Max(residual, -residual);
            if (best is null || worth > best.Value.Worth || (worth == best.Value.Worth && size < best.Value.Residual))
            {
                best = (worth, size, starts, bent);
            }
        }

        var chosen = best!.Value;
        return new Plan(
            DemandCurve.Share(chosen.Bent, situation.Bending),
            [.. situation.Waiting.Select((_, run) => (chosen.Starts >> run & 1) == 1)]);
    }

    private static (Energy Net, Int128 Worth) Started(Situation situation, int starts)
    {
        var (net, worth) = (situation.Fixed, Int128.Zero);
        for (var run = 0; run < situation.Waiting.Length; run++)
        {
            if ((starts >> run & 1) == 1)
            {
                net += situation.Waiting[run].Energy;
                worth += (Int128)situation.Waiting[run].Energy.WattHours * situation.Waiting[run].Limit.MicroEurPerKWh;
            }
        }

        return (net, worth);
    }

    // As near to the trade as is worth while: above import price the supplier is cheaper than the device, below export price
    // it pays more. The connection binds before either.
    private static Energy Bent(Situation situation, DemandCurve bending, Energy net, Energy traded)
    {
        var wanted = Within(traded - net, bending.At(situation.Supplier.Import), bending.At(situation.Supplier.Export));
        var carried = Within(wanted, -situation.ConnectionLimit - net, situation.ConnectionLimit - net);
        return Within(carried, bending.Base, bending.Most);
    }

    private static Energy Within(Energy energy, Energy low, Energy high) => Energy.Max(low, Energy.Min(energy, high));

    private static Int128 CostOf(Energy residual, SupplierPrices supplier) =>
        (Int128)residual.WattHours * (residual > Energy.Zero ? supplier.Import : supplier.Export).MicroEurPerKWh;
}
