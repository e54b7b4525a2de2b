using System.Collections.Immutable;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>Writes an explanation, for machines or for people.</summary>
public static class ExplanationReport
{
    public static void WriteText(IAnsiConsole console, BookExplanation why)
    {
        foreach (var line in ExplanationText.Lines(why))
        {
            console.WriteLine(line);
        }

        console.WriteLine();
        foreach (var line in LadderDrawing.Lines(why))
        {
            // Written past the console's wrapping: a drawing that is broken into two lines says nothing.
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    public static void WriteJson(Utf8JsonWriter json, BookExplanation why)
    {
        json.WriteStartObject();
        WriteOrder(json, why.Order);
        json.WriteString("side", why.Side == Side.Buy ? "bid" : "offer");
        Write(json, "limit", why.Limit);
        json.WriteString("mechanism", why.Mechanism.Code());
        json.WriteString("outcome", why.Order.Filled == 0 ? "unfilled" : why.Order.Filled < why.Order.Quantity ? "partly" : "filled");
        json.WriteString("reason", Kebab(why.Reason));
        Write(json, "volume", why.Volume);
        Write(json, "price", why.Price);
        Write(json, "priceLow", why.PriceLow);
        Write(json, "priceHigh", why.PriceHigh);
        Write(json, "marginalBid", why.MarginalBid);
        Write(json, "marginalOffer", why.MarginalOffer);
        json.WriteString("priceSetting", Kebab(why.Setting));
        WriteOrders(json, "priceSetBy", why.Setters);
        WriteOrders(json, "atItsLimit", why.AtItsLimit);
        Write(json, "missed", why.Missed);
        Write(json, "missedBy", why.MissedBy);
        json.WriteStartArray("parts");
        foreach (var (quantity, price) in why.Parts)
        {
            json.WriteStartObject();
            Write(json, "qty", quantity);
            Write(json, "price", price);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "amount", why.Amount);
        Write(json, "surplus", why.Surplus);
        Write(json, "uniformFill", why.UniformFill);
        Write(json, "limitForSome", why.LimitForSome);
        Write(json, "limitForWhole", why.LimitForWhole);
        json.WriteStartArray("text");
        foreach (var line in ExplanationText.Lines(why))
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        WriteLevels(json, why.Levels);
        json.WriteEndObject();
    }

    private static void WriteLevels(Utf8JsonWriter json, ImmutableArray<BookLevel> levels)
    {
        json.WriteStartArray("ladder");
        foreach (var level in levels)
        {
            json.WriteStartObject();
            Write(json, "price", level.Price);
            Write(json, "bids", level.Bids);
            Write(json, "bidsFilled", level.BidsFilled);
            Write(json, "offers", level.Offers);
            Write(json, "offersFilled", level.OffersFilled);
            json.WriteBoolean("here", level.IsHers);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOrders(Utf8JsonWriter json, string name, ImmutableArray<FilledOrder> orders)
    {
        json.WriteStartArray(name);
        foreach (var order in orders)
        {
            json.WriteStartObject();
            WriteOrder(json, order);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOrder(Utf8JsonWriter json, FilledOrder order)
    {
        json.WriteString("id", order.Id);
        json.WriteString("actor", order.Actor);
        Write(json, "qty", order.Quantity);
        Write(json, "filled", order.Filled);
    }

    private static void Write(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number / 1.0000000000000000000000000000m);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Kebab<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
