using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Books;
using VirtualEnergy.P2P.Tests.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

/// <summary>Order books of other systems' tests: ours must meet the engine-independent invariants on every one.</summary>
public sealed class OrderBookVectorsTests
{
    /// <summary>Books on which our rule answers differently, and why.</summary>
    private static readonly Dictionary<string, (decimal Volume, decimal Surplus, string Reason)> Different = new()
    {
        // Buyers A, B, C want 20 each at 3; the only seller is A with 70 at 1. A does not trade with herself, so B and C
        // take 40: surplus 40 × (3 − 1) = 80. The invariant of 60 ignores owners.
        ["gsy-pab-5"] = (40, 80, "one actor's orders never trade with each other"),
    };

    [Fact]
    public void Every_book_meets_its_invariants()
    {
        var books = 0;
        foreach (var (id, vector, invariants) in BooksWithInvariants())
        {
            var result = BookClearing.Clear(ReadBook(vector));
            var known = Different.TryGetValue(id, out var different);
            Assert.True(result.Volume == (known ? different.Volume : Invariant(invariants, "max_qty")), $"{id}: volume {result.Volume}");
            if (result.Volume > 0)
            {
                Assert.True(result.Price >= Invariant(invariants, "price_lo") && result.Price <= Invariant(invariants, "price_hi"), $"{id}: price {result.Price}");
                Assert.True(result.Surplus == (known ? different.Surplus : Invariant(invariants, "max_surplus")), $"{id}: surplus {result.Surplus}");
            }

            books++;
        }

        // A file that lost its books must not pass silently.
        Assert.True(books >= 70, $"only {books} books");
    }

    [Fact]
    public void No_trade_of_any_book_joins_two_orders_of_one_actor() =>
        Assert.All(BooksWithInvariants(), entry =>
        {
            var book = ReadBook(entry.Vector);
            var actorOf = book.Orders.ToDictionary(order => order.Id, order => order.Actor);
            var result = BookClearing.Clear(book);
            Assert.All(result.Trades, trade => Assert.NotEqual(actorOf[trade.Buy], actorOf[trade.Sell]));
            Assert.Equal(result.Volume, result.Trades.Sum(trade => trade.Quantity));
        });

    private static List<(string Id, JsonElement Vector, JsonElement Invariants)> BooksWithInvariants() =>
        [.. OrderBookVectors.All
            .Where(vector => vector.TryGetProperty("invariants", out var invariants) && invariants.ValueKind == JsonValueKind.Object)
            .Select(vector => (OrderBookVectors.IdOf(vector), vector, vector.GetProperty("invariants")))];

    private static Book ReadBook(JsonElement vector)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(vector.GetRawText()));
        return BookFile.Read(stream, vector.GetProperty("id").GetString()!).Books.Single();
    }

    private static decimal Invariant(JsonElement invariants, string name) => invariants.GetProperty(name).GetDecimal();
}
