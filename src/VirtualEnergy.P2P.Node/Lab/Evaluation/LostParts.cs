using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>
/// Where the market loses what it costs more than the optimum, told by what energy is worth at the optimum (its duals). The parts add up to the whole exactly, as
/// the cost of a community is that of its devices at those prices, and of what it takes and gives beside them.
/// </summary>
/// <param name="Devices">By what devices do at other times than at the optimum.</param>
/// <param name="Import">By what the community took from its supplier when energy was worth less at the optimum.</param>
/// <param name="Export">By what it gave to its supplier when energy was worth more at the optimum.</param>
public readonly record struct LostParts(Money Devices, Money Import, Money Export)
{
    public static LostParts Of(EvaluationResult result)
    {
        var (import, export) = (0.0, 0.0);
        foreach (var (t, period) in result.Periods.Index())
        {
            var supplier = result.Plan.Tariff.At(period.Period);
            import += Math.Max(0, period.Net.WattHours) * (supplier.Import.MicroEurPerKWh - result.OptimalPrices[t]) / 1000;
            export += Math.Max(0, -period.Net.WattHours) * (result.OptimalPrices[t] - supplier.Export.MicroEurPerKWh) / 1000;
        }

        var (lost, taken, given) = (EvaluationResult.Sum(result.Market) - result.Optimum, new Money((long)Math.Round(import)), new Money((long)Math.Round(export)));
        return new LostParts(lost - taken - given, taken, given);
    }
}
