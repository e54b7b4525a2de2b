using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>Reads books from the tokens of a file, each once and in one pass.</summary>
/// <remarks>
/// What is wrong with a book is told when the file has been read to its end: only then is it known to be JSON at all, and that no
/// later "orders" replaces the ones that are wrong.
/// </remarks>
internal sealed class BookReader(JsonInput input, string name)
{
    private readonly OrderReader _orders = new(input);
    private string? _fault;

    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="UserErrorException">It is no book; the message says where.</exception>
    public (ImmutableArray<Book> Books, bool IsArray) ReadAll()
    {
        var reader = input.Start();
        input.Read(ref reader);
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        var books = ImmutableArray.CreateBuilder<Book>();
        if (isArray)
        {
            while (input.Read(ref reader) && reader.TokenType != JsonTokenType.EndArray)
            {
                books.Add(ReadBook(ref reader, $"{name}: book {books.Count}"));
            }
        }
        else
        {
            books.Add(ReadBook(ref reader, name));
        }

        // Whatever follows is not JSON, and the reader says so.
        input.Read(ref reader);
        return _fault is null ? (books.DrainToImmutable(), isArray) : throw new UserErrorException(_fault);
    }

    private Book ReadBook(ref Utf8JsonReader reader, string where)
    {
        string? fault = $"{where}: a book is an object with an array \"orders\".";
        var orders = ImmutableArray<BookOrder>.Empty;
        var terms = new Dictionary<string, OrderTerms>();
        JsonElement? gridFee = null, matrix = null, selfTrade = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            input.Skip(ref reader);
        }
        else
        {
            while (input.Read(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("grid_fee"u8))
                {
                    gridFee = input.Value(ref reader);
                }
                else if (reader.ValueTextEquals("fee_matrix"u8))
                {
                    matrix = input.Value(ref reader);
                }
                else if (reader.ValueTextEquals("selfTrade"u8))
                {
                    selfTrade = input.Value(ref reader);
                }
                else
                {
                    var isOrders = reader.ValueTextEquals("orders"u8);
                    input.Read(ref reader);
                    if (isOrders)
                    {
                        terms.Clear();
                        (orders, fault) = ReadOrders(ref reader, where, terms);
                    }

                    input.Skip(ref reader);
                }
            }
        }

        _fault ??= fault;
        return _fault is null ? ToBook(orders, gridFee, matrix, selfTrade, where) with { Terms = terms } : new Book([], 0);
    }

    private Book ToBook(ImmutableArray<BookOrder> orders, JsonElement? gridFee, JsonElement? matrix, JsonElement? selfTrade, string where)
    {
        try
        {
            var fee = gridFee is { } stated ? BookNumber.Of(stated, $"{where}: \"grid_fee\"") : 0;
            var fees = matrix is { ValueKind: not JsonValueKind.Null } square ? FeeMatrix.Of(square, $"{where}: \"fee_matrix\"") : null;
            fees?.RequireClustersOf(orders, where);
            return new Book(orders, fee) { Fees = fees, SelfTrade = selfTrade is { } prevention ? PreventionOf(prevention, where) : null };
        }
        catch (UserErrorException error)
        {
            _fault = error.Message;
            return new Book([], 0);
        }
    }

    private static SelfTradePrevention PreventionOf(JsonElement stated, string where) =>
        stated.ValueKind == JsonValueKind.String && SelfTradePreventions.TryParse(stated.GetString()!, out var prevention)
            ? prevention : throw new UserErrorException($"{where}: \"selfTrade\" is {string.Join(", ", SelfTradePreventions.Codes.SkipLast(1))} or {SelfTradePreventions.Codes[^1]}.");

    /// <summary>Reads from the first token of what should be orders to the last.</summary>
    private (ImmutableArray<BookOrder> Orders, string? Fault) ReadOrders(ref Utf8JsonReader reader, string where, Dictionary<string, OrderTerms> termsById)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            input.Skip(ref reader);
            return ([], $"{where}: a book is an object with an array \"orders\".");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var orders = ImmutableArray.CreateBuilder<BookOrder>();
        string? fault = null;
        while (input.Read(ref reader) && reader.TokenType != JsonTokenType.EndArray)
        {
            if (fault is not null)
            {
                input.Skip(ref reader);
                continue;
            }

            var wrong = _orders.Read(ref reader, out var order, out var terms);
            if (wrong is null && !ids.Add(order.Id))
            {
                wrong = $"the id \"{order.Id}\" is there twice.";
            }

            if (wrong is null && terms is { } stated)
            {
                termsById.Add(order.Id, stated);
            }

            fault = wrong is null ? null : $"{where}: order {orders.Count}: {wrong}";
            orders.Add(order);
        }

        return (orders.DrainToImmutable(), fault);
    }
}
