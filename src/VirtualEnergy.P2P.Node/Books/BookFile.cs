using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>A loose order as a book file states it, in the file's own units, exact.</summary>
/// <param name="Cluster">Its row or column in the fee matrix; null outside of all clusters, where no fee of the matrix applies.</param>
public sealed record BookOrder(string Id, Side Side, string Actor, decimal Price, decimal Quantity, int? Cluster = null);

/// <summary>One order book of a file: <c>{"orders":[{"id","side":"bid|offer","actor","price","qty"}],"grid_fee"?}</c>.</summary>
/// <param name="Orders">In the file's order.</param>
/// <param name="GridFee">A fee per unit on every trade, paid by the buyer on top of what the seller gets; 0 unless stated.</param>
public sealed record Book(ImmutableArray<BookOrder> Orders, decimal GridFee)
{
    /// <summary>Another fee on top, by the buyer's cluster (row) and the seller's (column); null without clusters.</summary>
    public FeeMatrix? Fees { get; init; }
}

/// <summary>Reads order books: one JSON object, or an array of them. Numbers have at most six decimals and are kept exact.</summary>
public static class BookFile
{
    public const int Decimals = 6;

    // Room for some ten million orders; a larger file is a mistake or an attack.
    private const long MaxBytes = 2L << 30;

    /// <exception cref="UserErrorException">The file is missing, too large or not a book; the message says where.</exception>
    public static (ImmutableArray<Book> Books, bool IsArray) Read(Stream stream, string name)
    {
        if (stream.CanSeek && stream.Length > MaxBytes)
        {
            throw new UserErrorException($"{name}: {stream.Length} bytes are more than the {MaxBytes} that a book file may have.");
        }

        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? ([.. root.EnumerateArray().Select((book, index) => ReadBook(book, $"{name}: book {index}"))], true)
                : ([ReadBook(root, name)], false);
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{name}: not JSON: {error.Message}");
        }
    }

    private static Book ReadBook(JsonElement book, string where)
    {
        if (book.ValueKind != JsonValueKind.Object || !book.TryGetProperty("orders", out var orders) || orders.ValueKind != JsonValueKind.Array)
        {
            throw new UserErrorException($"{where}: a book is an object with an array \"orders\".");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var read = ImmutableArray.CreateBuilder<BookOrder>(orders.GetArrayLength());
        foreach (var element in orders.EnumerateArray())
        {
            var order = ReadOrder(element, $"{where}: order {read.Count}");
            read.Add(ids.Add(order.Id) ? order : throw new UserErrorException($"{where}: order {read.Count}: the id \"{order.Id}\" is there twice."));
        }

        var gridFee = book.TryGetProperty("grid_fee", out _) ? Number(book, "grid_fee", where) : 0;
        var fees = book.TryGetProperty("fee_matrix", out var matrix) && matrix.ValueKind != JsonValueKind.Null ? FeeMatrix.Of(matrix, $"{where}: \"fee_matrix\"") : null;
        fees?.RequireClustersOf(read, where);
        return new Book(read.MoveToImmutable(), gridFee) { Fees = fees };
    }

    private static BookOrder ReadOrder(JsonElement order, string where)
    {
        if (order.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException($"{where}: an order is an object.");
        }

        var side = Text(order, "side", where) switch
        {
            "bid" => Side.Buy,
            "offer" => Side.Sell,
            var other => throw new UserErrorException($"{where}: side is \"bid\" or \"offer\", not \"{other}\"."),
        };
        return new BookOrder(Text(order, "id", where), side, Text(order, "actor", where), Number(order, "price", where), Number(order, "qty", where), Cluster(order, where));
    }

    private static int? Cluster(JsonElement order, string where) =>
        !order.TryGetProperty("cluster", out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var cluster) && cluster >= 0 ? cluster
        : throw new UserErrorException($"{where}: \"cluster\" is a whole number from 0, or null.");

    private static string Text(JsonElement order, string property, string where) =>
        order.TryGetProperty(property, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString()
            : throw new UserErrorException($"{where}: \"{property}\" is missing or not a text.");

    private static decimal Number(JsonElement order, string property, string where) =>
        order.TryGetProperty(property, out var value)
            ? Number(value, $"{where}: \"{property}\"") : throw new UserErrorException($"{where}: \"{property}\" is missing or not a number.");

    /// <summary>A number with at most six decimals, exact.</summary>
    internal static decimal Number(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw new UserErrorException($"{what} is missing or not a number.");
        }

        // decimal.Parse would round what it cannot hold; the round trip of the text at six decimals shows that it did not.
        var text = value.GetRawText();
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > 1e19m)
        {
            throw new UserErrorException($"{what} {text} is out of range.");
        }

        return decimal.Round(number, Decimals) == number && SignificantDecimals(text) <= Decimals
            ? number
            : throw new UserErrorException($"{what} {text} has more than six decimals.");
    }

    /// <summary>Decimals that the text really uses: 1.500 uses one, 2.5e-3 uses four.</summary>
    private static int SignificantDecimals(string text)
    {
        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return int.MaxValue;
        }

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? -exponent : mantissa.TrimEnd('0').Length - point - 1 - exponent;
    }
}
