using System.Text;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

/// <summary>A fee matrix in a book file, by each mechanism that honours one.</summary>
public sealed class BookFeesTests
{
    /// <summary>Two clusters; across costs 0.02, at home nothing. In the file's order, which is the continuous market's sequence.</summary>
    private const string File = """
        {"fee_matrix":[[0,0.02],[0.02,0]],"orders":[
          {"id":"o1","side":"offer","actor":"anna","price":0.10,"qty":2,"cluster":0},
          {"id":"o2","side":"offer","actor":"bice","price":0.11,"qty":1,"cluster":1},
          {"id":"o3","side":"offer","actor":"carlo","price":0.21,"qty":4,"cluster":1},
          {"id":"b1","side":"bid","actor":"dario","price":0.30,"qty":2,"cluster":1},
          {"id":"b2","side":"bid","actor":"elena","price":0.25,"qty":1,"cluster":0},
          {"id":"b3","side":"bid","actor":"fabio","price":0.24,"qty":2,"cluster":0}]}
        """;

    [Theory]
    [InlineData(MechanismKind.Uniform)]
    [InlineData(MechanismKind.PayAsBid)]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    [InlineData(MechanismKind.Continuous)]
    public void Every_trade_pays_its_own_pairs_fee_once_and_keeps_both_limits(MechanismKind kind)
    {
        var book = Read();
        var of = book.Orders.ToDictionary(order => order.Id);
        var result = BookClearing.Clear(book, kind);
        Assert.True(kind == MechanismKind.Muda || result.Volume > 0); // by lot, six members may not meet
        Assert.All(result.Trades, trade =>
        {
            var (buy, sell) = (of[trade.Buy], of[trade.Sell]);
            Assert.Equal(buy.Cluster == sell.Cluster ? 0m : 0.02m, trade.Fee);
            Assert.True(trade.Price <= buy.Price && trade.SellPrice >= sell.Price && trade.Price >= trade.SellPrice + trade.Fee);
            Assert.True(kind.TakesMoneyIn() || trade.Price == trade.SellPrice + trade.Fee);
        });
    }

    [Fact]
    public void A_continuous_book_takes_what_is_cheapest_with_the_fee()
    {
        // Dario pays 0.11 at home, then 0.10 + 0.02 for Anna's; Elena 0.10 for what Anna has left; Fabio 0.21 + 0.02 to Carlo.
        Assert.Equal(
            [("b1", "o2", 1m, 0.11m, 0m), ("b1", "o1", 1m, 0.12m, 0.02m), ("b2", "o1", 1m, 0.10m, 0m), ("b3", "o3", 2m, 0.23m, 0.02m)],
            BookClearing.Clear(Read(), MechanismKind.Continuous).Trades.Select(trade => (trade.Buy, trade.Sell, trade.Quantity, trade.Price, trade.Fee)));
    }

    [Fact]
    public void Huang_takes_the_dearest_fee_from_all_and_gives_the_grid_its_own()
    {
        // With 0.02 on every offer: 0.12 (2), 0.13 (1), 0.23 (4) against 0.30 (2), 0.25 (1), 0.24 (2). Five trade; 0.24 and 0.23 are marginal.
        // Left are 3 and 3, bought at 0.24, sold at 0.23 − 0.02 = 0.21.
        var result = BookClearing.Clear(Read(), MechanismKind.Huang);
        Assert.Equal(3, result.Volume);
        Assert.All(result.Trades, trade => Assert.Equal((0.24m, 0.21m), (trade.Price, trade.SellPrice)));
        Assert.Equal([("b1", "o1", 1m, 0.02m), ("b1", "o2", 1m, 0m), ("b2", "o1", 1m, 0m)],
            result.Trades.Select(trade => (trade.Buy, trade.Sell, trade.Quantity, trade.Fee)).Order());
    }

    [Fact]
    public void The_curve_market_says_that_it_knows_no_fees() =>
        Assert.Contains("curve", Assert.Throws<UserErrorException>(() => BookClearing.Clear(Read(), MechanismKind.Curve)).Message, StringComparison.Ordinal);

    private static Book Read()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(File));
        return BookFile.Read(stream, "book").Books.Single();
    }
}
