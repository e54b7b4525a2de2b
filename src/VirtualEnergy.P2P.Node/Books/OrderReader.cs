using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>Takes one order after another from the tokens of a book file. Where a name is there twice, its last value counts.</summary>
/// <remarks>Nothing is allocated for an order but its id: an actor who is there before is the same text.</remarks>
internal sealed class OrderReader(JsonInput input)
{
    private const string NotAText = "is missing or not a text.";

    private readonly HashSet<string> _actors = new(StringComparer.Ordinal);
    private char[] _letters = new char[256];

    /// <summary>Reads from the first token of what should be an order to its last.</summary>
    /// <param name="order">The order.</param>
    /// <param name="terms">Its type, time, expiry and withdrawal; null where it states none.</param>
    /// <returns>What is wrong with the order, or null.</returns>
    /// <inheritdoc cref="JsonInput.Read"/>
    public string? Read(ref Utf8JsonReader reader, out BookOrder order, out OrderTerms? terms)
    {
        (order, terms) = (default, null);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            input.Skip(ref reader);
            return "an order is an object.";
        }

        var fields = new Fields();
        while (input.Read(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            input.Read(ref reader);
            Take(ref reader, name, ref fields);
            input.Skip(ref reader);
        }

        terms = fields.Terms;
        return fields.ToOrder(out order);
    }

    private static Name NameOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) ? Name.Id
        : reader.ValueTextEquals("side"u8) ? Name.Side
        : reader.ValueTextEquals("actor"u8) ? Name.Actor
        : reader.ValueTextEquals("price"u8) ? Name.Price
        : reader.ValueTextEquals("qty"u8) ? Name.Quantity
        : reader.ValueTextEquals("cluster"u8) ? Name.Cluster
        : reader.ValueTextEquals("type"u8) ? Name.Type
        : reader.ValueTextEquals("time"u8) ? Name.Time
        : reader.ValueTextEquals("expiry"u8) ? Name.Expiry
        : reader.ValueTextEquals("cancel"u8) ? Name.Cancel
        : Name.Other;

    private void Take(ref Utf8JsonReader reader, Name name, ref Fields fields)
    {
        switch (name)
        {
            case Name.Id:
                fields.Id = Text(ref reader);
                break;
            case Name.Side:
                fields.Side = IsText(ref reader, "bid"u8) ? "bid" : IsText(ref reader, "offer"u8) ? "offer" : Text(ref reader);
                break;
            case Name.Actor:
                fields.Actor = Known(ref reader);
                break;
            case Name.Price:
                fields.PriceFault = Number(ref reader, out fields.Price);
                break;
            case Name.Quantity:
                fields.QuantityFault = Number(ref reader, out fields.Quantity);
                break;
            case Name.Cluster:
                var cluster = -1;
                fields.IsClusterWrong = reader.TokenType != JsonTokenType.Null
                    && (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out cluster) || cluster < 0);
                fields.Cluster = cluster < 0 ? null : cluster;
                break;
            case Name.Type:
                fields.Type = Text(ref reader) ?? "";
                break;
            case Name.Time:
                fields.Time = Instant(ref reader);
                break;
            case Name.Expiry:
                fields.Expiry = Instant(ref reader);
                break;
            case Name.Cancel:
                fields.Cancel = Instant(ref reader);
                break;
        }
    }

    // −1 for what is none.
    private static long Instant(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var instant) && instant >= 0 ? instant : -1;

    private static bool IsText(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text);

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()
        : reader.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : null;

    private string? Known(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return Text(ref reader);
        }

        if (_letters.Length < reader.ValueSpan.Length)
        {
            _letters = new char[Math.Max(2 * _letters.Length, reader.ValueSpan.Length)];
        }

        var letters = _letters.AsSpan(0, reader.CopyString(_letters));
        var actors = _actors.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!actors.TryGetValue(letters, out var actor))
        {
            _actors.Add(actor = letters.ToString());
        }

        return actor;
    }

    private static string? Number(ref Utf8JsonReader reader, out decimal number)
    {
        number = 0;
        return reader.TokenType != JsonTokenType.Number ? BookNumber.NotANumber
            : BookNumber.TryParse(reader.ValueSpan, out number, out var fault) ? null : fault;
    }

    private enum Name
    {
        Other,
        Id,
        Side,
        Actor,
        Price,
        Quantity,
        Cluster,
        Type,
        Time,
        Expiry,
        Cancel,
    }

    /// <summary>What an order's object has said so far. A fault counts only if no later value mends it.</summary>
    private struct Fields()
    {
        public string? Id;
        public string? Side;
        public string? Actor;
        public decimal Price;
        public string? PriceFault = BookNumber.NotANumber;
        public decimal Quantity;
        public string? QuantityFault = BookNumber.NotANumber;
        public int? Cluster;
        public bool IsClusterWrong;
        public string? Type;
        public long? Time;
        public long? Expiry;
        public long? Cancel;

        public readonly OrderTerms? Terms => Type is null && Time is null && Expiry is null && Cancel is null ? null : new OrderTerms(
            Type == "market" ? BookOrderType.Market : Type == "ioc" ? BookOrderType.ImmediateOrCancel : BookOrderType.Limit,
            Time ?? 0, Expiry ?? OrderTerms.Plain.Expiry, Cancel);

        public readonly string? ToOrder(out BookOrder order)
        {
            order = default;
            if (Side is not ("bid" or "offer"))
            {
                return Side is null ? $"\"side\" {NotAText}" : $"side is \"bid\" or \"offer\", not \"{Side}\".";
            }

            if (Id is null || Actor is null)
            {
                return Id is null ? $"\"id\" {NotAText}" : $"\"actor\" {NotAText}";
            }

            if (Type is not (null or "limit" or "market" or "ioc"))
            {
                return $"type is \"limit\", \"market\" or \"ioc\", not \"{Type}\".";
            }

            if (Time < 0 || Expiry < 0 || Cancel < 0)
            {
                return "\"time\", \"expiry\" and \"cancel\" are whole numbers from 0, such as unix seconds.";
            }

            // The price of a market order is not looked at, so it may be missing.
            var price = PriceFault is not null && Type == "market" ? null : PriceFault;
            if ((price ?? QuantityFault) is not null)
            {
                return price is not null ? $"\"price\" {PriceFault}" : $"\"qty\" {QuantityFault}";
            }

            if (IsClusterWrong)
            {
                return "\"cluster\" is a whole number from 0, or null.";
            }

            order = new BookOrder(Id, Side == "bid" ? VirtualEnergy.P2P.Market.Auctions.Side.Buy : VirtualEnergy.P2P.Market.Auctions.Side.Sell, Actor, Price, Quantity, Cluster);
            return null;
        }
    }
}
