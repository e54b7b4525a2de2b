using System.Text;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

public sealed class BookFileTests
{
    [Theory]
    [InlineData("nonsense", "not JSON")]
    [InlineData("""{"orders":1}""", "an array \"orders\"")]
    [InlineData("""{"orders":[{"id":"a","side":"buy","actor":"x","price":1,"qty":1}]}""", "side is \"bid\" or \"offer\", not \"buy\"")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":"1","qty":1}]}""", "\"price\" is missing or not a number")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":1,"qty":0.1234567}]}""", "more than six decimals")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":1,"qty":1e-99999999999}]}""", "\"qty\"")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":1e30,"qty":1}]}""", "out of range")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":1,"qty":1},{"id":"a","side":"bid","actor":"x","price":1,"qty":1}]}""", "the id \"a\" is there twice")]
    public void A_malformed_book_is_refused_with_the_place_and_the_reason(string text, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => Read(text));
        Assert.Contains("book.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Six_decimals_are_exact()
    {
        // Price interval 0.1 … 0.300001: midpoint 0.2000005, half of a millionth goes up.
        var result = BookClearing.Clear(Read("""
            {"orders":[{"id":"b","side":"bid","actor":"x","price":0.300001,"qty":0.000003},{"id":"o","side":"offer","actor":"y","price":0.1,"qty":3e-6}]}
            """).Books[0]);
        Assert.Equal(0.000003m, result.Volume);
        Assert.Equal(0.200001m, result.Price);
        Assert.Equal([new BookTrade("b", "o", 0.000003m, 0.200001m, 0.200001m, 0)], result.Trades);
    }

    [Fact]
    public void Quantities_near_the_limit_of_64_bits_are_cleared_exactly()
    {
        var result = BookClearing.Clear(Read("""
            {"orders":[{"id":"b","side":"bid","actor":"x","price":5,"qty":9223372036854775807},{"id":"o","side":"offer","actor":"y","price":4,"qty":30}]}
            """).Books[0]);
        Assert.Equal(30m, result.Volume);
        Assert.Equal(5m, result.Price);
    }

    [Fact]
    public void An_order_without_energy_is_left_out_and_the_rest_clears()
    {
        var result = BookClearing.Clear(Read("""
            {"orders":[{"id":"b","side":"bid","actor":"x","price":5,"qty":-5},{"id":"c","side":"bid","actor":"x","price":5,"qty":5},{"id":"o","side":"offer","actor":"y","price":5,"qty":5}]}
            """).Books[0]);
        Assert.Equal([("b", "energy-not-positive")], result.Rejected);
        Assert.Equal(5m, result.Volume);
        Assert.Equal(5m, result.Price);
    }

    [Fact]
    public void An_array_of_books_is_read_as_one() =>
        Assert.True(Read("""[{"orders":[]},{"orders":[]}]""") is { IsArray: true, Books.Length: 2 });

    private static (System.Collections.Immutable.ImmutableArray<Book> Books, bool IsArray) Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return BookFile.Read(stream, "book.json");
    }
}
