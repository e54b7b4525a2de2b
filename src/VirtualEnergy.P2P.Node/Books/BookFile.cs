using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>A loose order as a book file states it, in the file's own units, exact.</summary>
/// <param name="Cluster">Its row or column in the fee matrix; null outside of all clusters, where no fee of the matrix applies.</param>
public readonly record struct BookOrder(string Id, Side Side, string Actor, decimal Price, decimal Quantity, int? Cluster = null);

/// <summary>One order book of a file: <c>{"orders":[{"id","side":"bid|offer","actor","price","qty"}],"grid_fee"?}</c>.</summary>
/// <param name="Orders">In the file's order.</param>
/// <param name="GridFee">A fee per unit on every trade, paid by the buyer on top of what the seller gets; 0 unless stated.</param>
public sealed record Book(ImmutableArray<BookOrder> Orders, decimal GridFee)
{
    /// <summary>Another fee on top, by the buyer's cluster (row) and the seller's (column); null without clusters.</summary>
    public FeeMatrix? Fees { get; init; }

    /// <summary>By id: type, time, expiry and withdrawal of the orders that state any, for a continuous market.</summary>
    public IReadOnlyDictionary<string, OrderTerms> Terms { get; init; } = ImmutableDictionary<string, OrderTerms>.Empty;

    /// <summary>What happens in a continuous market when two orders of one actor meet; null where the book does not say.</summary>
    public SelfTradePrevention? SelfTrade { get; init; }
}

/// <summary>Reads order books: one JSON object, or an array of them. Numbers have at most six decimals and are kept exact.</summary>
/// <remarks>Read as it comes: a file takes no more memory than its orders do, some 100 bytes each.</remarks>
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
            return new BookReader(new JsonInput(stream, name, MaxBytes), name).ReadAll();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter is what System.Text.Json throws for a text that is not Unicode.
            throw new UserErrorException($"{name}: not JSON: {error.Message}");
        }
    }
}
