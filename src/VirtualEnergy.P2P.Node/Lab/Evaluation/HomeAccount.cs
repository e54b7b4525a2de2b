using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>What one home came to over the span in one way of running it. µEUR.</summary>
/// <param name="Home">Its name.</param>
/// <param name="Paid">To other members less what they paid, deviations included.</param>
/// <param name="Supplier">To the supplier less what it paid.</param>
/// <param name="Wear">What charging cost the battery.</param>
/// <param name="Stored">What the stores are worth at the end more than at the start.</param>
/// <param name="Import">Through the meter, Wh.</param>
/// <param name="Export">Through the meter, Wh.</param>
/// <param name="Violations">What was not kept.</param>
public sealed record HomeResult(
    string Home, Money Paid, Money Supplier, Money Wear, Money Stored, Energy Import, Energy Export, Violations Violations)
{
    public Money Cost => Paid + Supplier + Wear - Stored;
}

/// <summary>What was not kept, counted.</summary>
/// <param name="Departures">Journeys that began with less than they take and the reserve.</param>
/// <param name="Comfort">Periods in which rooms or water were colder than wanted.</param>
/// <param name="Deadlines">Runs of appliances that did not finish in their window.</param>
/// <param name="Contract">Periods in which more went through the meter than the contract allows, by more than a Wh of rounding.</param>
public readonly record struct Violations(int Departures, int Comfort, int Deadlines, int Contract)
{
    public int Sum => Departures + Comfort + Deadlines + Contract;

    public static Violations operator +(Violations a, Violations b) =>
        new(a.Departures + b.Departures, a.Comfort + b.Comfort, a.Deadlines + b.Deadlines, a.Contract + b.Contract);
}

/// <summary>Adds up what a home pays and does. Not safe for concurrent use.</summary>
internal sealed class HomeAccount(EvaluationPlan plan, int index, ImmutableArray<SimulatedStore> stores)
{
    private readonly double[] _initial = [.. stores.Select(store => store.Fill)];
    private Money _paid;
    private Money _supplier;
    private Energy _import;
    private Energy _export;
    private int _contract;

    public void Pay(Money amount) => _paid += amount;

    /// <summary>What the supplier makes up.</summary>
    public void Settle(Period period, Energy residual) => _supplier += plan.Tariff.At(period).CostOf(residual);

    public void Meter(Energy net)
    {
        var limit = plan.Homes[index].Home.ConnectionWatts * plan.Rules.Grid.LengthSeconds / 3600;
        _import += Energy.Max(Energy.Zero, net);
        _export += Energy.Max(Energy.Zero, -net);
        _contract += Math.Abs(net.WattHours) > limit + 1 ? 1 : 0;
    }

    /// <param name="finishedRuns">Runs of appliances that have finished.</param>
    public HomeResult Close(int finishedRuns)
    {
        var (wear, stored, departures, comfort) = (Money.Zero, 0.0, 0, 0);
        for (var s = 0; s < stores.Length; s++)
        {
            var stage = stores[s].Model.At(plan.End.Previous);
            wear += new Price((long)stage.Wear).Of(stores[s].Charged);
            stored += (stores[s].Fill - _initial[s]) * StoreModel.Electricity(stage) * plan.EndPrice / 1000;
            departures += stores[s].Model is CarStore ? stores[s].Shortfalls : 0;
            comfort += stores[s].Model is CarStore ? 0 : stores[s].Shortfalls;
        }

        var wanted = plan.Homes[index].Home.Appliances.Sum(appliance => appliance.Runs.Length);
        return new HomeResult(
            plan.Homes[index].Home.Name, _paid, _supplier, wear, new Money((long)Math.Round(stored)), _import, _export,
            new Violations(departures, comfort, Math.Max(0, wanted - finishedRuns), _contract));
    }
}
