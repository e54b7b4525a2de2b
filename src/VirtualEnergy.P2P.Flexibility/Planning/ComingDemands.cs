using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>Tells a plan as what the home would take in each coming period at which price: whole Wh, prices on tick, as few steps as others may be told.</summary>
internal sealed class ComingDemands(SupplierTariff tariff, MarketRules rules, Energy limit)
{
    /// <param name="now">The first period of the plan.</param>
    /// <param name="demands">What the devices would do in each period, at the fills that the plan comes to.</param>
    public ImmutableArray<PlannedDemand> Of(Period now, IReadOnlyList<StoreDemand> demands) =>
        [.. demands.Take(MemberPlan.MostPeriods).Select((demand, t) => Of(tariff.At(new Period(now.Index + t)), demand))];

    /// <summary>The home's net energy in a period that is run.</summary>
    /// <param name="period">The period.</param>
    /// <param name="demand">By price.</param>
    public PlannedDemand Of(Period period, DemandCurve demand) => Of(
        tariff.At(period),
        new StoreDemand(demand.Base.WattHours, [.. demand.Slices.Select(slice => new DemandPiece(slice.Limit.MicroEurPerKWh, slice.Energy.WattHours))]));

    // What is worth more than the supplier asks is taken anyway, and what is worth less than it gives never.
    private PlannedDemand Of(SupplierPrices supplier, StoreDemand demand)
    {
        var (import, export) = (Price.Max(supplier.Import, supplier.Export).MicroEurPerKWh, supplier.Export.MicroEurPerKWh);
        var between = new List<DemandPiece>(demand.Pieces.Length);
        var net = demand.Base;
        foreach (var piece in demand.Pieces)
        {
            if (piece.Limit >= import)
            {
                net += piece.Energy;
            }
            else if (piece.Limit > export)
            {
                between.Add(piece);
            }
        }

        NearestPieces.Join(between, PlannedDemand.MostSteps);
        return Whole(net, between);
    }

    private PlannedDemand Whole(double net, List<DemandPiece> pieces)
    {
        var steps = ImmutableArray.CreateBuilder<Step>(pieces.Count);
        var first = Within(net);
        var reached = first;
        foreach (var piece in pieces)
        {
            net += piece.Energy;
            var (upTo, price) = (Within(net), Tick.Down((long)piece.Limit, rules));
            if (upTo > reached && price >= rules.Floor && price <= rules.Cap)
            {
                var joined = steps.Count > 0 && steps[^1].Price == price ? steps[^1].Energy : Energy.Zero;
                steps.Count -= joined > Energy.Zero ? 1 : 0;
                steps.Add(new Step(price, joined + upTo - reached));
                reached = upTo;
            }
        }

        return new PlannedDemand(first, steps.ToImmutable());
    }

    private Energy Within(double wattHours) => new((long)Math.Round(Math.Clamp(wattHours, -limit.WattHours, limit.WattHours)));
}
