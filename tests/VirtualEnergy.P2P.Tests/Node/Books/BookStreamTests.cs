using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

/// <summary>A book is read as it comes, and what comes out does not depend on how it comes.</summary>
public sealed class BookStreamTests
{
    private const string Book = """
        {"name":["skipped",{"orders":[1]}],"orders":[{"id":"b\u0031 é","side":"bid","actor":"anna","price":2.5e-1,"qty":1.50,"cluster":1},
         {"actor":7,"qty":3,"note":{"id":"x"},"price":-0.100000,"side":"offer","id":8,"cluster":null}],"fee_matrix":[[0,1],[2,0]],"grid_fee":0.01}
        """;

    [Fact]
    public void A_book_that_comes_byte_by_byte_is_the_same_book()
    {
        var whole = Read(new MemoryStream(Encoding.UTF8.GetBytes(Book)));
        var dripped = Read(new Dripping(Encoding.UTF8.GetBytes(Book)));
        Assert.Equal(
            [new BookOrder("b1 é", Side.Buy, "anna", 0.25m, 1.5m, 1), new BookOrder("8", Side.Sell, "7", -0.1m, 3)], whole.Orders);
        Assert.Equal(whole.Orders, dripped.Orders);
        Assert.Equal((0.01m, 0.01m), (whole.GridFee, dripped.GridFee));
        Assert.NotNull(whole.Fees);
        Assert.NotNull(dripped.Fees);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_book() =>
        Assert.Equal(2, Read(new Dripping([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Book)])).Orders.Length);

    [Fact]
    public void A_text_longer_than_the_buffer_is_read_whole()
    {
        var id = new string('é', 100_000); // 200 000 bytes; the buffer begins with 65 536
        Assert.Equal(id, Read($$"""{"orders":[{"id":"{{id}}","side":"bid","actor":"{{id}}","price":1,"qty":1}]}""").Orders[0].Id);
    }

    [Fact]
    public void One_actor_is_one_text_however_many_orders_are_hers()
    {
        var orders = Read(Orders("""{"id":"a","side":"bid","actor":"anna","price":1,"qty":1}""", """{"id":"b","side":"bid","actor":"ann\u0061","price":1,"qty":1}""")).Orders;
        Assert.Same(orders[0].Actor, orders[1].Actor);
    }

    [Fact]
    public void Of_a_name_that_is_there_twice_the_last_value_counts()
    {
        Assert.Equal(2, Read(Orders("""{"id":"a","side":"buy","side":"bid","actor":"x","price":"1","qty":1,"price":2}""")).Orders[0].Price);
        Assert.Equal("b", Read("""{"orders":[{"id":1}],"orders":[{"id":"b","side":"bid","actor":"x","price":1,"qty":1}]}""").Orders.Single().Id);
        Refused("\"price\" is missing", Orders("""{"id":"a","side":"bid","actor":"x","price":2,"qty":1,"price":"1"}"""));
        Refused("an array \"orders\"", """{"orders":[],"orders":1}""");
    }

    [Fact]
    public void What_is_not_JSON_is_told_before_what_is_not_a_book() => Refused("not JSON", """{"orders":[{"id":1}]} and more""");

    [Fact]
    public void Of_several_faults_the_first_is_told()
    {
        Refused("order 1: \"qty\" 0.1234567 has more than six decimals.", Orders(
            """{"id":"a","side":"bid","actor":"x","price":1,"qty":1}""", """{"id":"a","side":"bid","actor":"x","price":1,"qty":0.1234567}""", "7"));
        Refused("book 1: order 0: an order is an object.", """[{"orders":[]},{"orders":[7]},{"orders":8}]""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"orders":[""")]
    [InlineData("""{"orders":[{"id":"a","side":"bid","actor":"x","price":1,"qty":1},]}""")]
    [InlineData("""{"orders":[{"id":"\ud800","side":"bid","actor":"x","price":1,"qty":1}]}""")] // half of a letter
    [InlineData("""{"fee_matrix":[[0""")]
    public void A_text_that_breaks_off_or_is_no_text_is_not_JSON(string text) => Refused("not JSON", text);

    [Theory]
    [InlineData("1", "order 0: \"cluster\" is a whole number from 0, or null.", "-1")]
    [InlineData("1", "order 0: \"cluster\" is a whole number from 0, or null.", "0.5")]
    [InlineData("true", "order 0: \"actor\" is missing or not a text.", "0")]
    public void A_field_of_another_kind_is_refused_by_its_name(string actor, string reason, string cluster) =>
        Refused(reason, Orders($$"""{"id":"a","side":"bid","actor":{{actor}},"price":1,"qty":1,"cluster":{{cluster}}}"""));

    /// <summary>
    /// Bytes are counted, which are the same on every machine. 16 000 orders are 1 MB of text; a document of it and an object for each
    /// value took a kilobyte an order. The reading takes 64 B for the order, 40 for its id, 28 to know the id again, and as much
    /// again where lists have grown: under 300.
    /// </summary>
    [Fact]
    public void An_order_takes_little_more_than_itself_to_read()
    {
        const int count = 16_000;
        var text = Encoding.UTF8.GetBytes(Orders([.. Enumerable.Range(0, count).Select(i => $$"""{"id":"o{{i}}","side":"bid","actor":"x","price":0.25,"qty":1}""")]));
        _ = Read(new MemoryStream(text));
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = Read(new MemoryStream(text));
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        Assert.True(each < 300, $"{each} B an order");
    }

    [Fact]
    public void An_answer_is_written_as_it_comes_and_not_gathered_first()
    {
        // 30 bytes an order at least: 10 000 make three times what a writer may hold back (64 KiB and one entry).
        var result = new BookResult(0, null, null, null, 0, [.. Enumerable.Range(0, 10_000).Select(i => ($"an order of the book, {i}", 1m))], [], []);
        using var output = new MemoryStream();
        using var json = new Utf8JsonWriter(output);
        BookReport.WriteJson(json, result);
        Assert.InRange(json.BytesPending, 0, 1 << 17);
        json.Flush();
        using var document = JsonDocument.Parse(output.ToArray());
        Assert.Equal(10_000, document.RootElement.GetProperty("fills").EnumerateObject().Count());
    }

    private static string Orders(params string[] orders) => $$"""{"orders":[{{string.Join(',', orders)}}]}""";

    private static Book Read(string text) => Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static Book Read(Stream stream) => BookFile.Read(stream, "book.json").Books.Single();

    private static void Refused(string reason, string text) =>
        Assert.Contains(reason, Assert.Throws<UserErrorException>(() => Read(text)).Message, StringComparison.Ordinal);

    /// <summary>Gives one byte at a time, however many are asked for.</summary>
    private sealed class Dripping(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }
}
