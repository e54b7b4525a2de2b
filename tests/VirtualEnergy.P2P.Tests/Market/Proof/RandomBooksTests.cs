using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>A short run of what the benchmarks project's <c>fuzz</c> does a million times, and proof that it can fail.</summary>
public sealed class RandomBooksTests
{
    public static TheoryData<MechanismKind> Kinds => [.. Enum.GetValues<MechanismKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_family_of_random_books_is_answered_as_the_rule_says(MechanismKind kind)
    {
        foreach (var family in Enum.GetValues<BookFamily>())
        {
            for (var number = 0ul; number < 300; number++)
            {
                var book = RandomBooks.Make(family, seed: 3, number);
                if (BookCheck.Of(book, kind, Books.Key(9)).Problem is { } problem)
                {
                    var (smallest, still) = BookShrinker.Shrink(book, problem, smaller => BookCheck.Of(smaller, kind, Books.Key(9)).Problem);
                    Assert.Fail($"{family} {number} of seed 3: {problem}\nAs small as it gets: {still}\n{string.Join('\n', smallest.Orders.AsEnumerable())}\n{smallest.Rules}");
                }
            }
        }
    }

    [Fact]
    public void A_book_that_fails_is_made_as_small_as_what_is_wrong_with_it()
    {
        // If to trade at all were wrong, one Wh that changes hands would be the smallest wrong book: of any of these.
        var shrunk = 0;
        for (var number = 0ul; number < 50; number++)
        {
            var book = RandomBooks.Make(BookFamily.Lines, seed: 3, number);
            if (Trades(book) is { } wrong)
            {
                var (smallest, still) = BookShrinker.Shrink(book, wrong, Trades);
                Assert.Equal("trades 1", still);
                Assert.Equal([Side.Buy, Side.Sell], smallest.Orders.Select(order => order.Side).Order());
                Assert.All(smallest.Orders, order => Assert.Equal(new Energy(1), order.Energy));
                Assert.Empty(smallest.Rules.Network.Lines);
                shrunk++;
            }
        }

        Assert.True(shrunk > 10, $"{shrunk} books trade");

        static string? Trades(RandomBook book) =>
            Mechanisms.Of(MechanismKind.Uniform).Clear(book.Orders, book.Rules, default).Volume is { WattHours: > 0 and var volume } ? $"trades {volume}" : null;
    }

    [Fact]
    public void The_same_seed_makes_the_same_book_and_another_number_another() =>
        Assert.All(Enum.GetValues<BookFamily>(), family =>
        {
            var (one, again) = (RandomBooks.Make(family, 1, 11), RandomBooks.Make(family, 1, 11));
            Assert.Equal(one.Orders, again.Orders);
            Assert.Equal(one.Rules, again.Rules);
            Assert.True(Enumerable.Range(0, 20).Select(n => string.Join(",", RandomBooks.Make(family, 1, (ulong)n).Orders.Select(order => order.ToString()))).Distinct().Count() > 15);
        });

    [Fact]
    public void An_answer_that_is_wrong_in_one_thing_is_found()
    {
        // Right: 400 of 600 Wh at 12 ct; the seller is filled in part and sets the price.
        Order[] book = [Books.Buy(1, 250_000, 400), Books.Sell(2, 120_000, 600)];
        var right = UniformPriceAuction.Clear(book, MarketRules.Default);
        var (buy, sell) = (right.Fills[0], right.Fills[1]);
        Assert.Null(Broken(right));

        Clearing[] wrong =
        [
            right with { Volume = new Energy(401) },
            right with { Price = null },
            right with { Price = new Price(120_050) },
            right with { Price = new Price(119_900) },
            right with { Fills = [buy] },
            right with { Fills = [buy, sell, sell] },
            right with { Fills = [buy, sell with { Order = sell.Order with { Key = Books.Key(3) } }] },
            right with { Fills = [buy with { Energy = new Energy(401) }, sell with { Energy = new Energy(401) }], Volume = new Energy(401) },
            right with { Lots = [] },
            right with { Lots = [new Lot([buy, sell with { Energy = new Energy(300) }], new Price(120_000))] },
            right with { Lots = [new Lot(right.Fills, new Price(250_100))] },
            right with { Lots = [new Lot(right.Fills, new Price(119_900))] },
            right with { Lots = [new Lot(right.Fills, new Price(250_000)) { GridFee = new Price(100) }] },
            right with { Lots = [new Lot(right.Fills, new Price(120_000)) { Spread = new Price(-100) }] },
            right with { Charges = [new Charge(buy.Order.Member, Money.Zero)] },
        ];
        Assert.All(wrong, clearing => Assert.NotNull(Broken(clearing)));

        string? Broken(Clearing clearing) => ClearingInvariants.Broken(book, clearing, MarketRules.Default);
    }

    [Fact]
    public void An_answer_over_zones_that_is_wrong_in_one_thing_is_found()
    {
        // 400 of 1 000 Wh come over the line at 20 ct + 2 ct fee + 6 ct rent, as the buyer's 28 ct are where her zone has nothing else.
        ZoneId a = new("a"), b = new("b");
        var network = new ZoneNetwork([new ZoneLine(a, b, new Price(20_000), new Energy(400))]);
        Order[] book = [Books.Buy(1, 280_000, 1_000) with { Zone = a }, Books.Sell(2, 200_000, 1_000) with { Zone = b, IsGreen = true }];
        var right = Mechanisms.Of(MechanismKind.Uniform).Clear(book, MarketRules.Default with { Network = network }, default);
        var lot = Assert.Single(right.Lots);
        Assert.Equal(new Price(60_000), lot.Spread);
        Assert.Null(Broken(right, network));
        Assert.Equal(new PlainZones.Answer(400 * 60_000, 400, 400), PlainZones.Best(book, network)); // 28 − 20 − 2 ct on each of 400 Wh

        Assert.NotNull(Broken(right with { Lots = [lot with { GridFee = new Price(10_000) }] }, network));
        Assert.NotNull(Broken(right with { Lots = [lot with { Quality = Quality.Green }] }, network)); // over a limit origin is not tracked
        Assert.NotNull(Broken(right with { Lots = [lot with { Quality = Quality.Local }] }, network));
        Assert.NotNull(Broken(right, new ZoneNetwork([new ZoneLine(a, b, new Price(20_000), new Energy(399))]))); // more than the line carries
        Assert.NotNull(Broken(right, new ZoneNetwork([new ZoneLine(a, b, new Price(20_000), new Energy(401))]))); // rent where it is not full
        Assert.NotNull(Broken(right with { Lots = [lot with { Spread = default }] }, new ZoneNetwork([new ZoneLine(a, b, new Price(20_000))]))); // a buyer left over

        string? Broken(Clearing clearing, ZoneNetwork over) => ZoneInvariants.BrokenLine(clearing, over) ?? ZoneInvariants.BrokenPrice(book, clearing, over);
    }
}
