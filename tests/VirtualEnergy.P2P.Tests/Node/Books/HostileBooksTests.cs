using System.Text;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Books;

/// <summary>Book files made to break an exchange: refused or cleared exactly, by every mechanism.</summary>
public sealed class HostileBooksTests
{
    private const int Count = 1_000;

    /// <summary>A thousandth of long.MaxValue, 9 223 372 036 854 775; one order of a side has the 807 that are over.</summary>
    private const long Part = long.MaxValue / Count;

    public static TheoryData<MechanismKind> Kinds => [.. Enum.GetValues<MechanismKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_actor_on_one_side_at_one_price_up_to_the_last_of_64_bits_trades_nothing(MechanismKind kind)
    {
        var result = Clear(kind, Orders("o", "bid", "anna", last: 0));
        Assert.Equal((0m, (decimal?)null), (result.Volume, result.Price));
        Assert.Empty(result.Fills);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_actor_on_both_sides_trades_nothing(MechanismKind kind) =>
        Assert.Equal(0, Clear(kind, [.. Orders("b", "bid", "anna", last: 0), .. Orders("o", "offer", "anna", last: 0)]).Volume);

    [Theory]
    [InlineData(MechanismKind.Uniform)]
    [InlineData(MechanismKind.PayAsBid)]
    [InlineData(MechanismKind.Continuous)]
    [InlineData(MechanismKind.Curve)]
    public void All_that_64_bits_hold_trades_to_the_last_unit_and_one_more_is_refused(MechanismKind kind)
    {
        var result = Clear(kind, [.. Orders("b", "bid", "anna", last: 0), .. Orders("o", "offer", "bice", last: 0)]);
        Assert.Equal(long.MaxValue, result.Volume);
        Assert.Equal(long.MaxValue, result.Trades.Sum(trade => trade.Quantity));
        Assert.Equal(long.MaxValue, result.Fills.Where(fill => fill.Id[0] == 'o').Sum(fill => fill.Quantity));
        Assert.Equal(0, result.Surplus);

        Assert.Contains("does not fit in 64 bits", Assert.Throws<UserErrorException>(() =>
            Clear(kind, [.. Orders("b", "bid", "anna", last: 1), .. Orders("o", "offer", "bice", last: 1)])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_actor_with_seven_of_ten_orders_on_both_sides_never_trades_with_herself(MechanismKind kind)
    {
        string[] orders = [.. Enumerable.Range(0, Count).Select(i =>
            Order($"o{i}", i % 2 == 0 ? "bid" : "offer", i % 10 < 7 ? "anna" : $"m{i}", $"0.{100 + i * 7919 % 300}", 1 + i % 7))];
        var actorOf = Read(orders).Orders.ToDictionary(order => order.Id, order => order.Actor);
        var result = Clear(kind, orders);
        Assert.True(result.Volume > 0);
        Assert.All(result.Trades, trade => Assert.NotEqual(actorOf[trade.Buy], actorOf[trade.Sell]));
        Assert.Equal(result.Volume, result.Trades.Sum(trade => trade.Quantity));
        Assert.Equal(2 * result.Volume, result.Fills.Sum(fill => fill.Quantity));
    }

    private static string[] Orders(string id, string side, string actor, long last) =>
        [.. Enumerable.Range(0, Count).Select(i => Order($"{id}{i}", side, actor, "0.25", i == 0 ? long.MaxValue - (Count - 1) * Part + last : Part))];

    private static string Order(string id, string side, string actor, string price, long quantity) =>
        $$"""{"id":"{{id}}","side":"{{side}}","actor":"{{actor}}","price":{{price}},"qty":{{quantity}}}""";

    private static BookResult Clear(MechanismKind kind, string[] orders) => BookClearing.Clear(Read(orders), kind);

    private static Book Read(string[] orders)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"orders":[{{string.Join(',', orders)}}]}"""));
        return BookFile.Read(stream, "book.json").Books.Single();
    }
}
