using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>
/// What must happen to an answer when a book changes in a known way. Every mechanism of the registry promises every change
/// but those that <see cref="Exceptions"/> names with their reason; a new mechanism is held to all of them.
/// </summary>
public sealed class MetamorphicTests
{
    private static readonly Hash256 Drawn = Books.Key(77);

    private static readonly Dictionary<(string Mechanism, BookChange Change), string> Exceptions = new()
    {
        [("pay-as-bid", BookChange.Mirror)] = "the buyer's limit is the price, not the seller's: its mirror image is pay-as-offer",
        [("huang", BookChange.Mirror)] = "the price that stands for the round is the sellers'; its mirror image is the buyers'",
        [("muda", BookChange.Mirror)] = "a half's price is rounded half up, and whose limit is just the price decides who takes part",
        [("muda", BookChange.RenameMembers)] = "lots are drawn by the member's name",
    };

    public static TheoryData<MechanismKind, BookChange> Promises =>
    [
        .. from kind in Enum.GetValues<MechanismKind>()
           from change in Enum.GetValues<BookChange>()
           where !Exceptions.ContainsKey((kind.Code(), change))
           select new TheoryDataRow<MechanismKind, BookChange>(kind, change),
    ];

    public static TheoryData<MechanismKind, BookChange> PromisesOfBothSides =>
        [.. Promises.Where(row => row.Data.Item2 is BookChange.Permute or BookChange.ShiftPrices or BookChange.RenameMembers)];

    [Theory]
    [MemberData(nameof(Promises))]
    public void A_change_of_the_book_changes_the_answer_as_promised(MechanismKind kind, BookChange change)
    {
        var changed = 0;
        Gen.Select(Apart, Gen.Int[0, 1_000], Gen.Int[0, 4]).Sample((book, choice, quarters) =>
        {
            var rules = MarketRules.Default with { Mechanism = kind, KThousandths = quarters * 250 };
            var before = Mechanisms.Of(kind).Clear(book, rules, Drawn);
            if (change.Apply(book, before, choice) is not { } other)
            {
                return;
            }

            var after = Mechanisms.Of(kind).Clear(other, change == BookChange.Mirror ? rules with { KThousandths = 1000 - rules.KThousandths } : rules, Drawn);
            Compare(kind, change, before, after);
            Interlocked.Increment(ref changed);
        }, iter: 2_000);
        Assert.True(changed > 500, $"only {changed} books could be changed so");
    }

    /// <remarks>
    /// Members on both sides of a book: of the changes, these three keep everything. Mirrored, a uniform price is the highest
    /// of equals instead of the lowest (<c>SelfTradeLimit</c>); split or scaled, another Wh may bind.
    /// </remarks>
    [Theory]
    [MemberData(nameof(PromisesOfBothSides))]
    public void A_member_on_both_sides_changes_nothing_about_that(MechanismKind kind, BookChange change)
    {
        Gen.Select(BothSides, Gen.Int[0, 1_000]).Sample((book, choice) =>
        {
            var rules = MarketRules.Default with { Mechanism = kind };
            var before = Mechanisms.Of(kind).Clear(book, rules, Drawn);
            Compare(kind, change, before, Mechanisms.Of(kind).Clear(change.Apply(book, before, choice)!, rules, Drawn));
        }, iter: 2_000);
    }

    private static void Compare(MechanismKind kind, BookChange change, Clearing before, Clearing after)
    {
        var scale = change == BookChange.ScaleEnergies ? BookChanges.Scale : 1;
        Assert.Equal(before.Volume.WattHours * scale, after.Volume.WattHours);
        Assert.Equal(before.Interval is { } interval ? Expected(change, interval) : null, after.Interval);
        ComparePrice(change, before.Price, after.Price);

        // The margin shares in whole Wh, so each share is less than 1 Wh off the exact one. Scaled by 3: less than 3 × 1 + 1
        // apart, 3 at most. Split in two: the two halves and the whole are less than 3 × 1 apart, 2 at most; and the 1 Wh of
        // the others that goes to the largest remainder may go to another. A book that trades one by one shares nothing.
        var tolerance = kind == MechanismKind.Continuous ? 0 : change switch { BookChange.ScaleEnergies => 3, BookChange.SplitAStep => 2, _ => 0 };
        var (was, became) = (ByKey(before), ByKey(after));
        Assert.All(was.Keys.Union(became.Keys), key =>
            Assert.InRange(became.GetValueOrDefault(key), was.GetValueOrDefault(key) * scale - tolerance, was.GetValueOrDefault(key) * scale + tolerance));
        if (change is BookChange.Permute or BookChange.AddAnOrderThatCannotTrade or BookChange.RemoveAnUnfilledOrder or BookChange.RenameMembers or BookChange.ShiftPrices)
        {
            Assert.Equal(Lots(before, change == BookChange.ShiftPrices ? BookChanges.Shift : default), Lots(after, default));
        }
    }

    private static PriceInterval Expected(BookChange change, PriceInterval interval) => change switch
    {
        BookChange.ShiftPrices => new(Shifted(interval.Low), Shifted(interval.High)),
        BookChange.Mirror => new(new Price(-interval.High.MicroEurPerKWh), new Price(-interval.Low.MicroEurPerKWh)),
        _ => interval,
    };

    private static void ComparePrice(BookChange change, Price? before, Price? after)
    {
        if (change == BookChange.Mirror && before is { } price && after is { } mirrored)
        {
            // Half a tick goes up on either side of zero: then, and only then, the two are one tick apart.
            Assert.InRange(price.MicroEurPerKWh + mirrored.MicroEurPerKWh, 0, MarketRules.Default.TickMicroEurPerKWh);
        }
        else
        {
            Assert.Equal(before is { } known && change == BookChange.ShiftPrices ? Shifted(known) : before, after);
        }
    }

    private static Price Shifted(Price price) => new(price.MicroEurPerKWh + BookChanges.Shift.MicroEurPerKWh);

    private static Dictionary<Hash256, long> ByKey(Clearing clearing) =>
        clearing.Fills.GroupBy(fill => fill.Order.Key).ToDictionary(step => step.Key, step => step.Sum(fill => fill.Energy.WattHours));

    private static List<string> Lots(Clearing clearing, Price shift) =>
        [.. clearing.Lots.Select(lot =>
            $"{lot.Price.MicroEurPerKWh + shift.MicroEurPerKWh} {lot.GridFee} {lot.Spread} {string.Join(' ', lot.Fills.Select(fill => $"{fill.Order.Key}:{fill.Energy}"))}")];

    /// <summary>One order a key, buyers and sellers apart; prices that meet often, some negative.</summary>
    private static readonly Gen<Order[]> Apart = Of("buyer", "seller");

    /// <summary>The same with members who stand on both sides.</summary>
    private static readonly Gen<Order[]> BothSides = Of("member", "member");

    private static Gen<Order[]> Of(string buyer, string seller) =>
        Gen.Select(Gen.Bool, Gen.Int[0, buyer == seller ? 3 : 9], Gen.Long[-6, 9], Gen.OneOf(Gen.Long[1, 6], Gen.Long[1, 5_000])).Array[0, 14]
            .Select(rows => rows.Select((row, i) => row.Item1
                ? Books.Buy(i, row.Item3 * 100, row.Item4, $"{buyer} {row.Item2}")
                : Books.Sell(i, row.Item3 * 100, row.Item4, $"{seller} {row.Item2}")).ToArray());
}
