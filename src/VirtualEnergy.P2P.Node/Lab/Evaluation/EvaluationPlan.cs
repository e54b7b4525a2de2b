using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>What is evaluated: the equipped homes, their tariff, the days, how they look ahead. The results follow from it alone.</summary>
/// <param name="Community">The data set.</param>
/// <param name="Homes">Its homes with everything that can be moved, in the same order.</param>
/// <param name="Tariff">Every home's contract with its supplier.</param>
/// <param name="Span">The periods.</param>
/// <param name="Known">What homes know of what comes, rather than forecast it from what was.</param>
/// <param name="Seed">Equipment, and ties of rounds.</param>
public sealed record EvaluationPlan(
    Community Community, ImmutableArray<PlannedHome> Homes, SupplierTariff Tariff, LabSpan Span, Knowledge Known, ulong Seed)
{
    /// <summary>Periods that a home plans ahead: five days, as a running node does.</summary>
    public const int Horizon = 480;

    /// <summary>
    /// Whether homes tell what they plan and expect the prices at which the plans meet, as a running node does; else the optimum's where they know prices, or those
    /// of the last days.
    /// </summary>
    public bool TellsPlans { get; init; } = true;

    /// <summary>What every home wants to gain by trading locally: a hundredth of its supplier's spread.</summary>
    public const int MarginPermille = 10;

    /// <summary>Whether homes know everything that comes.</summary>
    public bool Perfect => Known == Knowledge.All;

    public MarketRules Rules { get; } = MarketRules.Default;

    /// <summary>First period after the span.</summary>
    public Period End => new(Span.First.Index + Span.Length);

    /// <summary>
    /// What a kWh in a store is worth when the span ends, µEUR/kWh of the electricity that it saves: the mean of all prices that the supplier asks and
    /// gives. The same in every way of running the homes, so that none gains by ending full or empty.
    /// </summary>
    public double EndPrice { get; } = Enumerable.Range(0, Span.Length)
        .Select(t => Tariff.At(new Period(Span.First.Index + t)))
        .Average(price => (price.Import.MicroEurPerKWh + price.Export.MicroEurPerKWh) / 2.0);

    /// <summary>Only runs that lie in the span altogether count, so that no run can be put off beyond it.</summary>
    public static ImmutableArray<PlannedHome> Within(ImmutableArray<PlannedHome> homes, LabSpan span)
    {
        var end = new Period(span.First.Index + span.Length);
        return [.. homes.Select(home => new PlannedHome(
            new HomeDescription(
                home.Home.Name, home.Home.ConnectionWatts, home.Home.Load, home.Home.Photovoltaics, home.Home.Battery,
                [.. home.Home.Appliances.Select(appliance => new ApplianceDescription(
                    appliance.Name, appliance.ProfileWatts,
                    [.. appliance.Runs.Where(run => run.EarliestStart >= span.First && run.Deadline <= end)]))])
            {
                MarginPermille = home.Home.MarginPermille,
            },
            home.Home.Battery is null ? home.Stores : home.Stores.RemoveAt(0)))];
    }

    /// <summary>A price as far as homes trade at it: all leave the same margin to their supplier's prices.</summary>
    public double Tradable(Period period, double price) =>
        Flexibility.Bidding.Reservation.Of(Tariff.At(period), MarginPermille, Rules).Nearest(price);

    /// <summary>See <see cref="Outlook.Haste"/>: less is feared of prices that are known, or of common plans.</summary>
    public double Haste => TellsPlans ? Outlook.HasteOfPlans : Known.HasFlag(Knowledge.Price) ? 1_000 : 3_000;

    /// <summary>The horizon from a period on, cut off where the span ends.</summary>
    public int HorizonFrom(Period now) => (int)Math.Min(Horizon, End.Index - now.Index);

    /// <summary>What a home sees ahead of a period.</summary>
    /// <param name="home">The home.</param>
    /// <param name="prices">What it expects of the market; null alone.</param>
    public Foresight ForesightOf(PlannedHome home, Func<Period, int, ImmutableArray<double[]>>? prices)
    {
        var learned = new LearnedForecast(home.Home, Community.First, Rules.Grid);
        return now =>
        {
            var length = HorizonFrom(now);
            var load = Known.HasFlag(Knowledge.Load) ? Real(home.Home.Load, now, length) : learned.Load(now, length);
            var sun = Known.HasFlag(Knowledge.Sun) ? Real(home.Home.Photovoltaics, now, length) : learned.Sun(now, length);
            return new Outlook(load, sun, prices?.Invoke(now, length) ?? [])
            {
                KnowsSun = Known.HasFlag(Knowledge.Sun),
                Stages = [.. home.Stores.Select(store => Stages(store, now, length))],
                Haste = prices is null ? 0 : Haste,
                EndPrice = now.Index + length == End.Index ? EndPrice : null,
            };
        };
    }

    private StoreStage[] Stages(StoreModel store, Period now, int length)
    {
        var known = Known.HasFlag(store is HeatPumpStore ? Knowledge.Heat : store is WaterHeaterStore ? Knowledge.Water : Knowledge.Load);
        return known ? [.. Enumerable.Range(0, length).Select(t => store.At(new Period(now.Index + t)))] : store.Expected(now, length);
    }

    private double[] Real(PowerProfile? profile, Period now, int length) =>
        [.. Enumerable.Range(0, length).Select(t => profile is null ? 0.0 : Rules.Grid.EnergyOf(profile.At(new Period(now.Index + t))).WattHours)];
}
