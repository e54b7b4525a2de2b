using System.Text.Json;
using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>Writes a clearing's answer, for machines or for people.</summary>
public static class BookReport
{
    public static void WriteJson(Utf8JsonWriter json, BookResult result)
    {
        json.WriteStartObject();
        WriteNumber(json, "volume", result.Volume);
        WriteNumber(json, "price", result.Price);
        WriteNumber(json, "priceLow", result.PriceLow);
        WriteNumber(json, "priceHigh", result.PriceHigh);
        WriteNumber(json, "surplus", result.Surplus);
        json.WriteStartObject("fills");
        foreach (var (id, quantity) in result.Fills)
        {
            WriteNumber(json, id, quantity);
        }

        json.WriteEndObject();
        json.WriteStartArray("trades");
        foreach (var trade in result.Trades)
        {
            json.WriteStartObject();
            json.WriteString("buy", trade.Buy);
            json.WriteString("sell", trade.Sell);
            WriteNumber(json, "qty", trade.Quantity);
            WriteNumber(json, "price", trade.Price);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rejected");
        foreach (var (id, reason) in result.Rejected)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteText(IAnsiConsole console, BookResult result)
    {
        if (result.Price is not { } price)
        {
            console.MarkupLine("Nothing trades: no bid reaches an offer of another actor.");
        }
        else
        {
            console.MarkupLineInterpolated($"[bold]{result.Volume:0.######}[/] at [bold]{price:0.######}[/] (competitive {result.PriceLow:0.######} to {result.PriceHigh:0.######}), surplus {result.Surplus:0.######}");
            var table = new Table().Border(TableBorder.Rounded).AddColumns("buy", "sell").AddColumn(new TableColumn("quantity").RightAligned());
            foreach (var trade in result.Trades)
            {
                table.AddRow(Markup.Escape(trade.Buy), Markup.Escape(trade.Sell), trade.Quantity.ToString("0.######", null));
            }

            console.Write(table);
        }

        foreach (var (id, reason) in result.Rejected)
        {
            console.MarkupLineInterpolated($"[yellow]left out[/] {id}: {reason}");
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            // Without the zeros that a division leaves behind: 5.000 is written 5.
            json.WriteNumber(name, number / 1.0000000000000000000000000000m);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
