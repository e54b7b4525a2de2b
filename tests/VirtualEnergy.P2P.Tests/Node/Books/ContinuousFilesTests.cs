using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

/// <summary>Types, times, expiries and withdrawals in a book file, by <c>--mechanism continuous</c>.</summary>
public sealed class ContinuousFilesTests
{
    // Two offers wait, anna's 5 at 10 and bice's 5 at 12, unless they say otherwise; what comes then is the row's.
    [Theory]
    [InlineData("", """{"id":"b","side":"bid","actor":"c","qty":7,"type":"market"}""", "b anna 5 at 10, b bice 2 at 12")] // any price
    [InlineData("", """{"id":"b","side":"bid","actor":"c","price":11,"qty":7,"type":"ioc"},{"id":"o","side":"offer","actor":"d","price":1,"qty":2}""", "b anna 5 at 10")] // the rest of 2 is gone when o comes
    [InlineData("", """{"id":"b","side":"bid","actor":"c","price":11,"qty":7},{"id":"o","side":"offer","actor":"d","price":1,"qty":2}""", "b anna 5 at 10, b o 2 at 11")] // a limit order's rest waits
    [InlineData("\"expiry\":20", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"time":20}""", "b bice 5 at 12")] // at 20 anna's no longer counts
    [InlineData("\"expiry\":20", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"time":19}""", "b anna 5 at 10, b bice 2 at 12")]
    [InlineData("\"cancel\":20", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"time":20}""", "b bice 5 at 12")]
    [InlineData("\"cancel\":20", """{"id":"x","side":"bid","actor":"c","price":15,"qty":1,"time":19},{"id":"y","side":"bid","actor":"c","price":15,"qty":1,"time":21}""", "x anna 1 at 10, y bice 1 at 12")] // what is left of it goes
    [InlineData("", """{"id":"b","side":"bid","actor":"anna","price":15,"qty":7,"type":"market"}""", "b bice 5 at 12")] // her own offer gives way to her bid
    public void An_order_trades_as_its_terms_say(string annas, string then, string trades) =>
        Assert.Equal(trades, string.Join(", ", Clear(Book(annas, then)).Trades.Select(trade => $"{trade.Buy} {trade.Sell} {trade.Quantity} at {trade.Price}")));

    // Anna offers 5 at 10 and then bids 7 at 15; Bice offers 5 at 12; Carlo comes last with 4 at 15. Cancel-resting: Anna's offer goes, her
    // bid takes Bice's 5, and nothing is left for Carlo. Cancel-newest: her bid goes, her offer stays, Carlo takes 4 of it. Cancel-both:
    // neither is there, and Carlo takes 4 of Bice's.
    [Theory]
    [InlineData(null, "b bice 5 at 12")]
    [InlineData("cancel-resting", "b bice 5 at 12")]
    [InlineData("cancel-newest", "c anna 4 at 10")]
    [InlineData("cancel-both", "c bice 4 at 12")]
    public void Orders_of_one_actor_that_meet_give_way_as_the_book_says(string? selfTrade, string trades) =>
        Assert.Equal(trades, string.Join(", ", Clear(WithSelfTrade(selfTrade)).Trades.Select(trade => $"{trade.Buy} {trade.Sell} {trade.Quantity} at {trade.Price}")));

    [Fact]
    public void Self_trade_that_is_none_or_not_of_this_market_is_refused()
    {
        Assert.Contains("cancel-newest or cancel-both", Assert.Throws<UserErrorException>(() => Clear(WithSelfTrade("cancel-all"))).Message, StringComparison.Ordinal);
        Assert.Contains("--mechanism continuous", Assert.Throws<UserErrorException>(() => Clear(WithSelfTrade("cancel-both"), MechanismKind.Uniform)).Message, StringComparison.Ordinal);
        var zonal = WithSelfTrade("cancel-both").Replace("{\"selfTrade\"", "{\"fee_matrix\":[[0,1],[1,0]],\"selfTrade\"", StringComparison.Ordinal);
        Assert.Contains("cancel-resting only", Assert.Throws<UserErrorException>(() => Clear(zonal)).Message, StringComparison.Ordinal);
    }

    private static string WithSelfTrade(string? selfTrade)
    {
        var book = Book("", """{"id":"b","side":"bid","actor":"anna","price":15,"qty":7},{"id":"c","side":"bid","actor":"carlo","price":15,"qty":4}""");
        return selfTrade is null ? book : book.Replace("{\"orders\"", $"{{\"selfTrade\":\"{selfTrade}\",\"orders\"", StringComparison.Ordinal);
    }

    [Fact]
    public void A_market_order_has_no_surplus_of_its_own_and_the_offers_get_what_they_ask()
    {
        var result = Clear(Book("", """{"id":"b","side":"bid","actor":"c","qty":7,"type":"market"}"""));
        Assert.Equal((7m, 0m), (result.Volume, result.Surplus));
    }

    [Fact]
    public void An_order_that_has_expired_when_it_comes_is_left_out()
    {
        var result = Clear(Book("", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"time":20,"expiry":20}"""));
        Assert.Equal([("b", "expired")], result.Rejected);
        Assert.Empty(result.Trades);
    }

    [Theory]
    [InlineData("\"type\":\"stop\"", "type is \"limit\", \"market\" or \"ioc\", not \"stop\"")]
    [InlineData("\"time\":-1", "whole numbers from 0")]
    [InlineData("\"expiry\":1.5", "whole numbers from 0")]
    [InlineData("\"cancel\":\"noon\"", "whole numbers from 0")]
    public void Terms_that_are_none_are_refused_by_the_orders_place(string terms, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => Clear(Book(terms, """{"id":"b","side":"bid","actor":"c","price":15,"qty":7}""")));
        Assert.Contains("order 0: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_that_runs_back_and_terms_in_an_auction_are_refused_by_id()
    {
        var back = Book("\"time\":9", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"time":8}""");
        Assert.Contains("\"b\": its time, 8, is before 9", Assert.Throws<UserErrorException>(() => Clear(back)).Message, StringComparison.Ordinal);
        var auction = Book("", """{"id":"b","side":"bid","actor":"c","price":15,"qty":7,"type":"ioc"}""");
        Assert.Contains("--mechanism continuous", Assert.Throws<UserErrorException>(() => Clear(auction, MechanismKind.Huang)).Message, StringComparison.Ordinal);
        Assert.Contains("limit orders only", Assert.Throws<UserErrorException>(() => Clear(auction.Replace("{\"orders\"", "{\"fee_matrix\":[[0,1],[1,0]],\"orders\"", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    private static string Book(string annas, string then) => $$"""
        {"orders":[{"id":"anna","side":"offer","actor":"anna","price":10,"qty":5{{(annas.Length > 0 ? "," : "")}}{{annas}}},
                   {"id":"bice","side":"offer","actor":"bice","price":12,"qty":5}, {{then}}]}
        """;

    private static BookResult Clear(string text, MechanismKind kind = MechanismKind.Continuous)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return BookClearing.Clear(BookFile.Read(stream, "book.json").Books.Single(), kind);
    }
}
