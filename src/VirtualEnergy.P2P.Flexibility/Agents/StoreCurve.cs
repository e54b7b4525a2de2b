using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Agents;

/// <summary>What a plan wants a store to take, as a demand in whole Wh and on the market's ticks.</summary>
internal static class StoreCurve
{
    /// <summary>Whole Wh of what the store really can do now; the plan's pieces may end a fraction before or after it. What is due comes before money.</summary>
    /// <param name="range">What it can take in the period, Wh; − gives.</param>
    /// <param name="due">What it has to take.</param>
    public static DemandCurve Of(StoreDemand demand, (Energy Least, Energy Most) range, Energy due, MarketRules rules)
    {
        var slices = new List<Slice>(demand.Pieces.Length);
        var (exact, whole) = (demand.Base, range.Least.WattHours);
        for (var i = 0; i < demand.Pieces.Length; i++)
        {
            exact += demand.Pieces[i].Energy;
            var upTo = i == demand.Pieces.Length - 1 ? range.Most.WattHours : Math.Clamp((long)Math.Round(exact), whole, range.Most.WattHours);
            var dueUpTo = Math.Clamp(due.WattHours, whole, upTo);
            if (dueUpTo > whole)
            {
                slices.Add(new Slice(OnTick(Math.Max(StoreStage.Scarcity, demand.Pieces[i].Limit), rules), new Energy(dueUpTo - whole)));
            }

            if (upTo > dueUpTo)
            {
                slices.Add(new Slice(OnTick(demand.Pieces[i].Limit, rules), new Energy(upTo - dueUpTo)));
            }

            whole = upTo;
        }

        return new DemandCurve(range.Least, slices);
    }

    /// <summary>What a store has to take while the period runs, as what is drawn in it is seen then: the tank's own thermostat does not wait for a plan.</summary>
    public static Energy Due(SimulatedStore store, Period period)
    {
        var stage = store.Model.At(period);
        var missing = store.Model.NeededAfter(period) - stage.Left(store.Fill);
        return new Energy((long)Math.Ceiling(missing > 0 ? missing / stage.InYield : missing * stage.OutYield));
    }

    /// <summary>Beyond any price that can be: what comes before money, and what is worth nothing at all.</summary>
    public static Price OnTick(double limit, MarketRules rules) => Tick.Down((long)Math.Clamp(limit, -1e12, 1e12), rules);
}
