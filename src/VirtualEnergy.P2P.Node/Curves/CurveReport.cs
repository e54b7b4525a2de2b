using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>Writes a cluster's answer, for machines or for people.</summary>
public static class CurveReport
{
    private const int MostRows = 24;
    private const int HalfWidth = 24;

    public static void WriteJson(Utf8JsonWriter json, CurveResult result)
    {
        json.WriteStartObject();
        json.WriteNumber("price", result.Price);
        json.WriteNumber("priceIndex", result.PriceIndex);
        WriteCurve(json, "aggregated", result.Aggregated);
        json.WriteStartArray("rejected");
        foreach (var (index, reason) in result.Rejected)
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("allocations");
        foreach (var allocation in result.Allocations)
        {
            if (allocation is { } demand)
            {
                json.WriteNumberValue(Watts(demand));
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
        json.WriteNumber("boundary", Watts(result.Boundary));
        if (result.Shaved is { } shaved)
        {
            json.WriteNumber("marketPrice", shaved.MarketPrice);
            json.WriteNumber("marketPriceIndex", shaved.MarketPriceIndex);
            json.WriteNumber("uncontrolledFlow", Watts(shaved.Uncontrolled));
            WriteCurve(json, "unshaved", shaved.Unshaved);
        }

        json.WriteEndObject();
    }

    public static void WriteText(IAnsiConsole console, CurveResult result)
    {
        var price = result.Price.ToString("0.######", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Price [bold]{price}[/] (step {result.PriceIndex} of {result.Basis.PriceSteps}), {Text(result.Boundary)} W over the boundary");
        if (result.Shaved is { } shaved)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Peak shaving: the market's price {shaved.MarketPrice:0.######} (step {shaved.MarketPriceIndex}), {Text(shaved.Uncontrolled)} W uncontrolled");
        }

        console.Write(Chart(result));
        foreach (var (index, reason) in result.Rejected)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]left out[/] bid {index}: {reason}");
        }
    }

    /// <summary>The aggregate as bars, production to the left and consumption to the right; the price's own step is always there.</summary>
    private static Table Chart(CurveResult result)
    {
        var steps = result.Basis.PriceSteps;
        var shown = Enumerable.Range(0, Math.Min(steps, MostRows)).Select(row => (int)((long)row * (steps - 1) / Math.Max(1, Math.Min(steps, MostRows) - 1)))
            .Append(result.PriceIndex).Distinct().Order();
        var largest = Demand.Max(result.Aggregated.Maximum, -result.Aggregated.Minimum).NanoWatts;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns(new TableColumn("step").RightAligned(), new TableColumn("price").RightAligned(), new TableColumn("demand W").RightAligned(), new TableColumn("").NoWrap());
        foreach (var step in shown)
        {
            var demand = result.Aggregated[step];
            var length = largest == 0 ? 0 : (int)(Int128.Abs(demand.NanoWatts) * HalfWidth / largest);
            var left = demand < Demand.Zero ? new string('█', length).PadLeft(HalfWidth) : new string(' ', HalfWidth);
            var right = demand > Demand.Zero ? new string('█', length) : "";
            table.AddRow(
                step == result.PriceIndex ? $"[bold]{step}[/]" : step.ToString(CultureInfo.InvariantCulture),
                CurveNumber.ToUnits(result.Basis.PriceOf(step)).ToString("0.######", CultureInfo.InvariantCulture),
                Text(demand),
                $"[red]{left}[/]│[green]{right}[/]");
        }

        return table;
    }

    private static void WriteCurve(Utf8JsonWriter json, string name, DemandCurve curve)
    {
        json.WriteStartArray(name);
        foreach (var demand in curve.Demands)
        {
            json.WriteNumberValue(Watts(demand));
        }

        json.WriteEndArray();
    }

    private static decimal Watts(Demand demand) => CurveNumber.ToUnits(demand.NanoWatts);

    private static string Text(Demand demand) => Watts(demand).ToString("0.###", CultureInfo.InvariantCulture);
}
