using System.Globalization;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>What a node knows, as states of its entities. Fed by the node's news, asked at any instant. Not safe for concurrent use.</summary>
/// <param name="member">Whose node it is.</param>
/// <param name="totals">What was counted before this start.</param>
public sealed class NodePicture(MemberId member, NodeTotals totals = default)
{
    /// <summary>What Home Assistant's sensors take for "not known".</summary>
    public const string Unknown = "None";

    // An entity's state has at most 255 characters.
    private const int LongestState = 255;

    // A day of quarter hours, as the supplier's prices are shown ahead.
    private const int PeriodsAhead = 96;

    private MarketJoined? _market;
    private PriceBoard? _prices;
    private PeriodRun? _last;
    private string _heldBack = "";

    public NodeTotals Totals { get; private set; } = totals;

    /// <summary>The home; null before the node has joined a market.</summary>
    public HomeDescription? Home => _market?.Home;

    public void Take(NodeNews news)
    {
        switch (news)
        {
            case MarketJoined joined:
                if (_market?.Market.Rules.Grid != joined.Market.Rules.Grid)
                {
                    _prices = new PriceBoard(joined.Market.Rules.Grid);
                }

                _market = joined;
                break;
            case HeldBack held:
                _heldBack = held.Words;
                break;
            case PeriodRun run when _market is { } market:
                _prices!.Add(run.Result.Period, run.Result.Price);
                Totals = Totals.With(run.Result.Period, run.Own, member, market.Tariff.At(run.Result.Period));
                _last = run;
                break;
        }
    }

    /// <summary>When states change without news.</summary>
    public DateTimeOffset? ChangesAt(DateTimeOffset now) => _prices?.ChangesAt(now);

    /// <summary>Every entity's state, and attributes where it has some.</summary>
    public IEnumerable<(string Entity, string State, JsonObject? Attributes)> States(DateTimeOffset now, MemberControls controls)
    {
        foreach (var entity in (string[])[NodeEntities.Pause, NodeEntities.MostPrice, NodeEntities.MostADay])
        {
            yield return (entity, MemberCommands.Show(entity, controls.Limits), null);
        }

        yield return (NodeEntities.HeldBack, _heldBack.Length == 0 ? "nothing" : Short(_heldBack), null);
        if (_market is not { } market)
        {
            yield break;
        }

        var grid = market.Market.Rules.Grid;
        yield return Price(NodeEntities.CurrentPrice, _prices!.Current(now), grid);
        yield return Price(NodeEntities.NextPrice, _prices.Next(now), grid);
        var present = grid.At(now);
        var supplier = market.Tariff.At(present);
        yield return (NodeEntities.SupplierPrice, EurosPerKWh(supplier.Import), Ahead(market.Tariff, present, grid));
        yield return (NodeEntities.FeedInPrice, EurosPerKWh(supplier.Export), null);
        yield return (NodeEntities.Bought, KiloWattHours(Totals.Bought), null);
        yield return (NodeEntities.Sold, KiloWattHours(Totals.Sold), null);
        yield return (NodeEntities.Savings, Euros.Format(Totals.Savings), null);
        yield return (NodeEntities.SpentToday, Euros.Format(controls.SpentOn(DailySpending.DayOf(grid, present))), null);
        if (_last is not { } last)
        {
            yield break;
        }

        yield return (NodeEntities.LastTrade, Text($"{last.Delivery.Traded.WattHours}"), LastTrade(last, grid));
        yield return (NodeEntities.Plan, InWords(last.Delivery), Plan(last, grid));
        if (market.Home.Battery is { } battery && last.Delivery.BatteryFill is { } fill)
        {
            yield return (NodeEntities.BatteryFill, Text($"{fill.WattHours * 100 / battery.Capacity.WattHours}"), new JsonObject
            {
                ["fill_wh"] = fill.WattHours, ["capacity_wh"] = battery.Capacity.WattHours, ["reserve_wh"] = battery.MinimumFill.WattHours,
            });
        }
    }

    private static (string Entity, string State, JsonObject? Attributes) Price(string entity, (Period Period, Price? Price)? known, PeriodGrid grid) => (
        entity,
        known?.Price is { } price ? EurosPerKWh(price) : Unknown,
        known is { } of ? new JsonObject { ["period"] = of.Period.Index, ["from"] = Instant(grid.StartOf(of.Period)), ["to"] = Instant(grid.EndOf(of.Period)) } : new JsonObject());

    private static JsonObject Ahead(SupplierTariff tariff, Period present, PeriodGrid grid)
    {
        var periods = Enumerable.Range(0, PeriodsAhead).Select(offset => new Period(present.Index + offset));
        return new JsonObject
        {
            ["from"] = Instant(grid.StartOf(present)),
            ["seconds_a_period"] = grid.LengthSeconds,
            ["import_eur_per_kwh"] = new JsonArray([.. periods.Select(period => (JsonNode)JsonValue.Create(InEuros(tariff.At(period).Import)))]),
            ["export_eur_per_kwh"] = new JsonArray([.. periods.Select(period => (JsonNode)JsonValue.Create(InEuros(tariff.At(period).Export)))]),
        };
    }

    private static JsonObject LastTrade(PeriodRun run, PeriodGrid grid) => new()
    {
        ["period"] = run.Result.Period.Index,
        ["from"] = Instant(grid.StartOf(run.Result.Period)),
        ["price_eur_per_kwh"] = run.Result.Price is { } price ? InEuros(price) : null,
        ["trades"] = run.Own.Length,
        ["supplier_wh"] = run.Delivery.Residual.WattHours,
    };

    private static JsonObject Plan(PeriodRun run, PeriodGrid grid) => new()
    {
        ["period"] = run.Result.Period.Index,
        ["from"] = Instant(grid.StartOf(run.Result.Period)),
        ["net_wh"] = run.Delivery.Net.WattHours,
        ["load_wh"] = run.Delivery.Load.WattHours,
        ["appliances_wh"] = run.Delivery.Appliances.WattHours,
        ["production_wh"] = run.Delivery.Production.WattHours,
        ["battery_wh"] = run.Delivery.Storage.WattHours,
        ["car_and_heat_wh"] = run.Delivery.Charging.WattHours,
        ["devices"] = new JsonArray([.. run.Delivery.Allocations.Select(order => (JsonNode)new JsonObject { ["device"] = order.Device, ["order"] = InWords(order) ?? "nothing" })]),
    };

    private static string InWords(Delivery delivery)
    {
        var said = string.Join("; ", delivery.Allocations.Select(order => InWords(order) is { } words ? $"{order.Device} {words}" : null).OfType<string>());
        return said.Length == 0 ? "nothing to do" : Short(said);
    }

    private static string Short(string said) => said.Length <= LongestState ? said : said[..(LongestState - 1)] + "…";

    private static string? InWords(Allocation order) => order switch
    {
        StorageAllocation { Energy.WattHours: > 0 } charge => Text($"charges {charge.Energy.WattHours} Wh"),
        StorageAllocation { Energy.WattHours: < 0 } discharge => Text($"delivers {-discharge.Energy.WattHours} Wh"),
        ShiftableAllocation { Start: true } => "starts",
        InflexibleAllocation { Curtailed.WattHours: > 0 } curtailed => Text($"is curtailed by {curtailed.Curtailed.WattHours} Wh"),
        _ => null,
    };

    private static string EurosPerKWh(Price price) => InEuros(price).ToString("0.0#####", CultureInfo.InvariantCulture);

    private static decimal InEuros(Price price) => price.MicroEurPerKWh / 1_000_000m;

    private static string KiloWattHours(Energy energy) => (energy.WattHours / 1000m).ToString("0.000", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
