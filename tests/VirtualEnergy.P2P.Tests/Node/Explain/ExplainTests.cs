using System.Text;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Explaining;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Books;
using VirtualEnergy.P2P.Node.Explain;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Explain;

/// <summary>Books by hand: every number of an explanation can be read off the book above it.</summary>
public sealed class ExplainTests
{
    // The example of the market rules in kWh and ct: Anna wants 1 at 25, Bice has 0.6 at 10, Carlo 0.6 at 12, Dario 0.5 at 14,
    // Eva wants 0.2 at 9. 1 kWh trades. Carlo is filled with 0.4 of 0.6: his 12 are the price.
    private const string Rules = """
        {"orders":[{"id":"a","side":"bid","actor":"anna","price":25,"qty":1},{"id":"b","side":"offer","actor":"bice","price":10,"qty":0.6},
                   {"id":"c","side":"offer","actor":"carlo","price":12,"qty":0.6},{"id":"d","side":"offer","actor":"dario","price":14,"qty":0.5},
                   {"id":"e","side":"bid","actor":"eva","price":9,"qty":0.2}]}
        """;

    // 30 are wanted, and 20 + 40 stand at the one price: 10 and 20, pro rata.
    private const string Tie = """
        {"orders":[{"id":"a","side":"bid","actor":"anna","price":5,"qty":30},
                   {"id":"b","side":"offer","actor":"bice","price":4,"qty":20},{"id":"c","side":"offer","actor":"carlo","price":4,"qty":40}]}
        """;

    // Anna buys 10 at 5 and sells 10 at 1; Bice buys 4 at 3. Anna's 10 may not meet Anna's: 4 trade, between her offer and Bice.
    private const string Own = """
        {"orders":[{"id":"a1","side":"bid","actor":"anna","price":5,"qty":10},{"id":"a2","side":"offer","actor":"anna","price":1,"qty":10},
                   {"id":"b","side":"bid","actor":"bice","price":3,"qty":4}]}
        """;

    [Fact]
    public void An_offer_filled_in_part_is_told_that_it_sets_the_price()
    {
        var why = Explain(Rules, "c");
        Assert.Equal((FillReason.SharedAtMargin, 0.4m, 12m, PriceSetting.PartlyFilledSell), (why.Reason, why.Order.Filled, why.Price!.Value, why.Setting));
        Assert.Equal([new FilledOrder("c", "carlo", 0.6m, 0.4m)], why.Setters);
        Assert.Equal((0.4m * 12, 0m), (why.Amount, why.Surplus));

        // At 10 he shares with Bice: 0.5 each. Under 10 by the least step he goes first, and Bice takes the rest.
        Assert.Equal((null, 9.999999m), (why.LimitForSome, why.LimitForWhole));
        Assert.Equal(12m, why.PriceLow);
        Assert.Equal(12m, why.PriceHigh);
    }

    [Fact]
    public void A_better_limit_is_filled_whole_and_keeps_the_difference()
    {
        // Bice gets 0.6 × 12 = 7.2 where 0.6 × 10 = 6 would have done; Anna pays 1 × 12 where she would have paid 25.
        var bice = Explain(Rules, "b");
        Assert.Equal((FillReason.BetterThanMargin, 7.2m, 1.2m), (bice.Reason, bice.Amount, bice.Surplus));
        var anna = Explain(Rules, "a");
        Assert.Equal((FillReason.WholeAtMargin, 12m, 13m), (anna.Reason, anna.Amount, anna.Surplus));
        Assert.Equal((null, null), (anna.LimitForSome, anna.LimitForWhole));
    }

    [Fact]
    public void A_limit_that_is_not_good_enough_is_told_by_how_much()
    {
        // Dario's 14 is 2 above Carlo's 12. At 12 he would share the 0.4 with Carlo; at just under 12 the 0.4 would be his; for
        // his whole 0.5 he must stand before Bice too, or beside her: at 10, 1.1 stand for 1: not whole. So just under 10.
        var dario = Explain(Rules, "d");
        Assert.Equal((FillReason.PriceNotGoodEnough, 2m, 12m, 9.999999m), (dario.Reason, dario.MissedBy!.Value, dario.LimitForSome!.Value, dario.LimitForWhole!.Value));

        // Eva's 9 is 3 below the price. At 12 she meets Carlo, who has 0.2 left: exactly hers.
        var eva = Explain(Rules, "e");
        Assert.Equal((FillReason.PriceNotGoodEnough, 3m, 12m, 12m), (eva.Reason, eva.MissedBy!.Value, eva.LimitForSome!.Value, eva.LimitForWhole!.Value));
    }

    [Fact]
    public void A_shared_margin_names_who_shares_it()
    {
        var why = Explain(Tie, "b");
        Assert.Equal((FillReason.SharedAtMargin, 10m), (why.Reason, why.Order.Filled));
        Assert.Equal([new FilledOrder("b", "bice", 20, 10), new FilledOrder("c", "carlo", 40, 20)], why.AtItsLimit);
        Assert.Equal(3.999999m, why.LimitForWhole);
        Assert.Contains("of the 60 that stand there 30 are needed", Text(why), StringComparison.Ordinal);
        Assert.Contains("b 10 of 20, c 20 of 40", Text(why), StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_that_only_its_own_member_could_serve_is_told_so()
    {
        var why = Explain(Own, "a1");
        Assert.Equal((FillReason.OwnOrders, 0m, 4m), (why.Reason, why.Order.Filled, why.Volume));
        Assert.Equal((null, null), (why.LimitForSome, why.LimitForWhole));
        Assert.Equal(FillReason.OwnOrders, Explain(Own, "a2").Reason);
    }

    [Fact]
    public void Where_bid_and_offer_are_both_whole_the_gap_is_split()
    {
        // 5 and 3, nothing else: k = ½ gives 4.
        var why = Explain("""{"orders":[{"id":"a","side":"bid","actor":"x","price":5,"qty":2},{"id":"b","side":"offer","actor":"y","price":3,"qty":2}]}""", "a");
        Assert.Equal((PriceSetting.Split, 4m, 2m), (why.Setting, why.Price!.Value, why.Surplus));
    }

    [Fact]
    public void An_unfilled_order_can_set_the_price()
    {
        // 5 and 1 trade, half way is 3; but a bid of 4 would have to be served below 4.
        var why = Explain("""
            {"orders":[{"id":"a","side":"bid","actor":"x","price":5,"qty":2},{"id":"b","side":"offer","actor":"y","price":1,"qty":2},{"id":"c","side":"bid","actor":"z","price":4,"qty":1}]}
            """, "c");
        Assert.Equal((PriceSetting.UnfilledBuy, 4m, FillReason.PriceNotGoodEnough, 1m), (why.Setting, why.Price!.Value, why.Reason, why.MissedBy!.Value));
        Assert.Equal("c", Assert.Single(why.Setters).Id);
    }

    [Fact]
    public void A_book_without_a_trade_says_so_and_what_would_make_one()
    {
        var why = Explain("""{"orders":[{"id":"a","side":"bid","actor":"x","price":2,"qty":2},{"id":"b","side":"offer","actor":"y","price":3,"qty":1}]}""", "a");
        Assert.Equal((FillReason.NothingTrades, null, 3m, null), (why.Reason, why.Price, why.LimitForSome, why.LimitForWhole));
        Assert.Contains("a limit of 3 gets some of it, no higher limit all of it", Text(why), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ladder_shows_both_sides_the_price_and_whose_order_it_is()
    {
        // Largest level 1: a block is 1/14. Anna 14 of 14; Carlo and Bice 0.6 · 14 = 8.4, 8 blocks; of Carlo's 0.4 · 14 = 5.6, 6.
        Assert.Equal(
            [
                "                    bids  price  offers",
                "      1/1 ██████████████     25",
                "                             14  ░░░░░░░        0/0.5",
                "                             12  ██████░░       0.4/0.6 ── price ◄ c (offer)",
                "                             10  ████████       0.6/0.6",
                "    0/0.2            ░░░      9",
            ],
            Drawing(Explain(Rules, "c")));
    }

    [Fact]
    public void Every_mechanism_explains_every_order_of_every_book() =>
        Assert.All(Enum.GetValues<MechanismKind>(), kind => Assert.All(new[] { Rules, Tie, Own }, text =>
        {
            var book = Read(text);
            Assert.All(book.Orders, order =>
            {
                var why = BookExplanation.Of(book, order.Id, kind);
                Assert.Equal(why.Order.Filled, why.Parts.Sum(part => part.Quantity));
                Assert.True(why.Surplus >= 0);
                Assert.Equal(why.Order.Filled == why.Order.Quantity, why.Reason is FillReason.BetterThanMargin or FillReason.WholeAtMargin);
                using var json = JsonDocument.Parse(Json(why));
                Assert.Equal(kind.Code(), json.RootElement.GetProperty("mechanism").GetString());
                Assert.Equal(why.Order.Filled, json.RootElement.GetProperty("filled").GetDecimal());
                Assert.Contains(order.Id + ":", Text(why), StringComparison.Ordinal);
            });
        }));

    [Fact]
    public void An_order_that_is_not_there_or_was_left_out_is_named()
    {
        Assert.Contains("no order \"zz\"; it has \"a\", \"b\"", Assert.Throws<UserErrorException>(() => Explain(Rules, "zz")).Message, StringComparison.Ordinal);
        const string left = """{"orders":[{"id":"a","side":"bid","actor":"x","price":2,"qty":-2}]}""";
        Assert.Contains("its quantity is -2", Assert.Throws<UserErrorException>(() => Explain(left, "a")).Message, StringComparison.Ordinal);
    }

    private static BookExplanation Explain(string book, string id) => BookExplanation.Of(Read(book), id, MechanismKind.Uniform);

    private static Book Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return BookFile.Read(stream, "book.json").Books.Single();
    }

    private static string[] Drawing(BookExplanation why) => [.. Text(why).Split('\n').SkipWhile(line => line.Length > 0).Skip(1).Where(line => line.Length > 0)];

    private static string Text(BookExplanation why)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 10_000;
        ExplanationReport.WriteText(console, why);
        return writer.ToString().ReplaceLineEndings("\n");
    }

    private static byte[] Json(BookExplanation why)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            ExplanationReport.WriteJson(json, why);
        }

        return stream.ToArray();
    }
}
