using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Tables;

/// <summary>One of the result tables that go into files. docs/lab.md lists the columns.</summary>
/// <param name="Name">Name of the file, without its ending.</param>
/// <param name="Lines">Number of lines.</param>
/// <param name="Columns">Each with a value a line.</param>
public sealed record LabTable(string Name, int Lines, ImmutableArray<LabColumn> Columns)
{
    /// <summary>summary, periods, members.</summary>
    public static ImmutableArray<LabTable> Of(LabResult result) => [Summary(result), PeriodsOf(result), MembersOf(result)];

    private static LabTable Summary(LabResult result)
    {
        Measures[] lines = [.. result.All.Select(replay => Measures.Of(replay, result.Baseline))];
        NumberColumn Number(string name, Func<Measures, double?> of) => new(name, [.. lines.Select(of)]);
        IntegerColumn Integer(string name, Func<Measures, long> of) => new(name, [.. lines.Select(line => (long?)of(line))]);
        return new LabTable("summary", lines.Length,
        [
            new TextColumn("mechanism", [.. lines.Select(line => line.Name)]),
            Number("efficiency", m => m.Efficiency),
            Number("buyers_share", m => m.BuyersShare),
            Number("sellers_share", m => m.SellersShare),
            Number("market_account_share", m => m.MarketShare),
            Number("optimum_eur", m => m.Optimum),
            Number("welfare_eur", m => m.Welfare),
            Number("market_account_eur", m => m.MarketAccount),
            Number("price_mean_ct_per_kwh", m => m.MeanPrice),
            Number("price_min_ct_per_kwh", m => m.LowestPrice),
            Number("price_max_ct_per_kwh", m => m.HighestPrice),
            Number("buyer_price_mean_ct_per_kwh", m => m.MeanBuyerPrice),
            Number("volume_kwh", m => m.Volume),
            Integer("trades", m => m.Trades),
            Integer("periods_with_trade", m => m.PeriodsWithTrade),
            Number("jain", m => m.Jain),
            Integer("members_losing", m => m.Losers),
            Number("self_sufficiency", m => m.SelfSufficiency),
            Number("members_cost_eur", m => m.MembersCost),
            Number("community_cost_eur", m => m.CommunityCost),
            Number("less_than_supplier_only_eur", m => m.LessThanSupplierOnly),
            Number("savings_eur", m => m.Savings),
            Number("stored_kwh", m => m.Stored),
        ]);
    }

    private static LabTable PeriodsOf(LabResult result)
    {
        (string Mechanism, PeriodResult Period)[] lines = [.. result.All.SelectMany(replay => replay.Periods.Select(period => (replay.Name, period)))];
        IntegerColumn Integer(string name, Func<PeriodResult, long?> of) => new(name, [.. lines.Select(line => of(line.Period))]);
        TextColumn Time(string name, Func<Period, string> of) => new(name, [.. lines.Select(line => of(line.Period.Period))]);
        return new LabTable("periods", lines.Length,
        [
            new TextColumn("mechanism", [.. lines.Select(line => line.Mechanism)]),
            Integer("period", p => p.Period.Index),
            Time("start_utc", period => PeriodGrid.QuarterHour.StartOf(period).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            Time("start_local", period => LabSpan.LocalStart(period).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)),
            Integer("orders", p => p.Orders),
            Integer("volume_wh", p => p.Volume.WattHours),
            Integer("trades", p => p.Trades),
            Integer("price_uEUR_per_kwh", p => p.Price?.MicroEurPerKWh),
            Integer("buyers_pay_uEUR", p => p.BuyersPay.MicroEur),
            Integer("sellers_get_uEUR", p => p.SellersGet.MicroEur),
            Integer("optimum_nEUR", p => p.Split.Optimum),
            Integer("welfare_nEUR", p => p.Split.Achieved),
            Integer("buyers_nEUR", p => p.Split.Buyers),
            Integer("sellers_nEUR", p => p.Split.Sellers),
            Integer("market_account_nEUR", p => p.Split.MarketAccount),
            Integer("supplier_import_wh", p => p.SupplierImport.WattHours),
            Integer("supplier_export_wh", p => p.SupplierExport.WattHours),
            Integer("supplier_cost_uEUR", p => p.SupplierCost.MicroEur),
            Integer("consumption_wh", p => p.Consumption.WattHours),
            Integer("production_wh", p => p.Production.WattHours),
            Integer("stored_wh", p => p.Stored.WattHours),
            Integer("supplier_import_price_uEUR_per_kwh", p => result.Plan.Tariff.At(p.Period).Import.MicroEurPerKWh),
            Integer("supplier_export_price_uEUR_per_kwh", p => result.Plan.Tariff.At(p.Period).Export.MicroEurPerKWh),
        ]);
    }

    private static LabTable MembersOf(LabResult result)
    {
        var lines = result.All.SelectMany(replay => replay.Members.Select(
            (member, i) => (Mechanism: replay.Name, Member: member, Alone: result.Baseline.Members[i]))).ToArray();
        IntegerColumn Integer(string name, Func<MemberResult, long?> of) => new(name, [.. lines.Select(line => of(line.Member))]);
        return new LabTable("members", lines.Length,
        [
            new TextColumn("mechanism", [.. lines.Select(line => line.Mechanism)]),
            new TextColumn("home", [.. lines.Select(line => line.Member.Home)]),
            new TextColumn("zone", [.. lines.Select(line => line.Member.Zone.Value)]),
            Integer("bought_wh", m => m.Bought.WattHours),
            Integer("sold_wh", m => m.Sold.WattHours),
            Integer("paid_uEUR", m => m.Paid.MicroEur),
            Integer("charges_uEUR", m => m.Charges.MicroEur),
            Integer("supplier_import_wh", m => m.SupplierImport.WattHours),
            Integer("supplier_export_wh", m => m.SupplierExport.WattHours),
            Integer("supplier_cost_uEUR", m => m.SupplierCost.MicroEur),
            Integer("cost_uEUR", m => m.Cost.MicroEur),
            new IntegerColumn("cost_supplier_only_uEUR", [.. lines.Select(line => (long?)line.Alone.Cost.MicroEur)]),
            Integer("savings_uEUR", m => m.Savings.MicroEur),
            new NumberColumn("savings_ct_per_metered_kwh", [.. lines.Select(line => Measures.SavingsPerKWh(line.Member))]),
            Integer("metered_import_wh", m => m.MeteredImport.WattHours),
            Integer("metered_export_wh", m => m.MeteredExport.WattHours),
            Integer("consumption_wh", m => m.Consumption.WattHours),
            Integer("production_wh", m => m.Production.WattHours),
            Integer("charge_wh", m => m.Charge.WattHours),
            Integer("discharge_wh", m => m.Discharge.WattHours),
            Integer("stored_wh", m => m.Stored?.WattHours),
        ]);
    }
}
