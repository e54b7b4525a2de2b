using System.Text.Json;
using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>Writes a clearing's answer, for machines or for people.</summary>
public static class BookReport
{
    /// <summary>More lines than anybody reads; what prints them as a table takes kilobytes for each.</summary>
    private const int MostRows = 1_000;

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
            PassOn(json);
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
            if (trade.SellPrice != trade.Price)
            {
                WriteNumber(json, "sellPrice", trade.SellPrice);
            }

            if (trade.Fee != 0)
            {
                WriteNumber(json, "fee", trade.Fee);
            }

            json.WriteEndObject();
            PassOn(json);
        }

        json.WriteEndArray();
        json.WriteStartArray("rejected");
        foreach (var (id, reason) in result.Rejected)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("reason", reason);
            json.WriteEndObject();
            PassOn(json);
        }

        json.WriteEndArray();
        if (!result.Charges.IsEmpty)
        {
            json.WriteStartArray("charges");
            foreach (var (actor, amount) in result.Charges)
            {
                json.WriteStartObject();
                json.WriteString("actor", actor);
                WriteNumber(json, "amount", amount);
                json.WriteEndObject();
                PassOn(json);
            }

            json.WriteEndArray();
        }

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
            console.MarkupLineInterpolated($"[bold]{result.Volume:0.######}[/] at [bold]{price:0.######}[/]{(result.PriceLow is null ? " in the mean" : Competitive(result))}, surplus {result.Surplus:0.######}");
            var table = new Table().Border(TableBorder.Rounded).AddColumns("buy", "sell");
            foreach (var column in new[] { "quantity", "buyer pays", "seller gets" })
            {
                table.AddColumn(new TableColumn(column).RightAligned());
            }

            foreach (var trade in result.Trades.Take(MostRows))
            {
                table.AddRow(Markup.Escape(trade.Buy), Markup.Escape(trade.Sell), Text(trade.Quantity), Text(trade.Price), Text(trade.SellPrice));
            }

            console.Write(table);
            WriteRest(console, result.Trades.Length, "trades");
        }

        foreach (var (actor, amount) in result.Charges.Take(MostRows))
        {
            console.MarkupLineInterpolated($"{actor} pays the community {amount:0.######}");
        }

        WriteRest(console, result.Charges.Length, "payments");
        foreach (var (id, reason) in result.Rejected.Take(MostRows))
        {
            console.MarkupLineInterpolated($"[yellow]left out[/] {id}: {reason}");
        }

        WriteRest(console, result.Rejected.Length, "orders left out");
    }

    private static void WriteRest(IAnsiConsole console, int count, string what)
    {
        if (count > MostRows)
        {
            console.MarkupLineInterpolated($"and {count - MostRows} more {what}; --json lists all.");
        }
    }

    /// <summary>A writer keeps what it has written until it is told to pass it on: of a large book, gigabytes.</summary>
    private static void PassOn(Utf8JsonWriter json)
    {
        const int much = 1 << 16;
        if (json.BytesPending > much)
        {
            json.Flush();
        }
    }

    private static string Competitive(BookResult result) => $" (competitive {result.PriceLow:0.######} to {result.PriceHigh:0.######})";

    private static string Text(decimal number) => number.ToString("0.######", null);

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
