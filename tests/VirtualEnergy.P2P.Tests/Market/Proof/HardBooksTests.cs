using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>Books made to be refused, to be large, or to be slow: refused or cleared exactly, and the work grows with the book.</summary>
public sealed class HardBooksTests
{
    private static readonly MarketRules Rules = MarketRules.Default;

    public static TheoryData<MechanismKind> Kinds => [.. Enum.GetValues<MechanismKind>()];

    public static TheoryData<MechanismKind, HardShape> Shapes =>
    [
        .. from kind in Enum.GetValues<MechanismKind>()
           from shape in Enum.GetValues<HardShape>()
           select new TheoryDataRow<MechanismKind, HardShape>(kind, shape),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_order_without_energy_is_refused_by_every_mechanism(MechanismKind kind)
    {
        Assert.Throws<ArgumentException>(() => Clear(kind, Books.Buy(1, 500, 5), Books.Sell(2, 500, 0)));
        Assert.Throws<ArgumentException>(() => Clear(kind, Books.Buy(1, 500, -5), Books.Sell(2, 500, 5)));
        Assert.Throws<ArgumentException>(() => Clear(kind, Books.Buy(1, 500, long.MinValue), Books.Sell(2, 500, 5)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_empty_book_and_a_book_of_one_side_trade_nothing(MechanismKind kind)
    {
        Assert.Equal(Clearing.Nothing, Clear(kind));
        Assert.Equal(Energy.Zero, Clear(kind, Books.Buy(1, 500, long.MaxValue), Books.Buy(2, 500, long.MaxValue)).Volume);
        Assert.Equal(Energy.Zero, Clear(kind, Books.Sell(1, 500, long.MaxValue), Books.Sell(2, 500, long.MaxValue)).Volume);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Energies_at_the_end_of_64_bits_are_cleared_to_the_last_watt_hour_or_refused(MechanismKind kind)
    {
        // Each side 2⁶³ − 1 and one that must not be lost: a sum of doubles could not tell them apart.
        Order[] book =
        [
            Books.Buy(1, 500, long.MaxValue - 1), Books.Buy(2, 500, 1),
            Books.Sell(3, 400, long.MaxValue - 2), Books.Sell(4, 400, 2),
        ];
        try
        {
            var clearing = Clear(kind, book);
            Assert.Null(ClearingInvariants.Broken(book, clearing, Rules));
            if (kind is MechanismKind.Uniform or MechanismKind.Continuous or MechanismKind.Curve)
            {
                Assert.Equal(long.MaxValue, clearing.Volume.WattHours);
            }
        }
        catch (OverflowException) when (kind is not (MechanismKind.Uniform or MechanismKind.Continuous or MechanismKind.Curve))
        {
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_order_twice_is_two_orders(MechanismKind kind)
    {
        // A file's ids are different (BookFile refuses others); equal steps of one bid can still meet in a loose book.
        Order[] book = [Books.Buy(1, 500, 5, "anna"), Books.Buy(1, 500, 5, "anna"), Books.Sell(2, 400, 30), Books.Sell(3, 400, 30)];
        var clearing = Clear(kind, book);
        Assert.Null(ClearingInvariants.Broken(book, clearing, Rules));
        if (kind is MechanismKind.Uniform or MechanismKind.Continuous or MechanismKind.Curve)
        {
            Assert.Equal(10, clearing.Volume.WattHours);
        }
    }

    /// <summary>
    /// Work is counted in bytes: every step of these algorithms that looks at an order again allocates (a list, a lookup, a sum
    /// a member), so that a power of n shows in them, and they do not depend on the machine's speed. Four times the orders may
    /// take five times the bytes: what is sorted is counted in 4 · log 4n / log n &lt; 5 for these n.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Work_grows_with_the_book_and_not_with_a_power_of_it(MechanismKind kind, HardShape shape)
    {
        const int small = 1_000;
        Work(kind, shape, small);
        var (once, fourTimes) = (Work(kind, shape, small), Work(kind, shape, 4 * small));
        Assert.True(fourTimes <= 5 * once, $"{once:N0} B for {small:N0} orders, {fourTimes:N0} B for {4 * small:N0}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_hundred_thousand_orders_of_one_actor_trade_nothing(MechanismKind kind) =>
        Assert.Equal(Energy.Zero, Clear(kind, HardBooks.Make(HardShape.OneOwner, 100_000)).Volume);

    [Fact]
    public void Two_hundred_thousand_orders_at_one_price_are_cleared_to_the_last_watt_hour()
    {
        var book = HardBooks.Make(HardShape.OnePrice, 200_000);
        var clearing = UniformPriceAuction.Clear(book, Rules);
        Assert.Equal(Optimum.Volume(book), clearing.Volume.WattHours);
        Assert.Equal(new Price(5_000), clearing.Price);
    }

    private static long Work(MechanismKind kind, HardShape shape, int count)
    {
        var book = HardBooks.Make(shape, count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clearing = Clear(kind, book);
        foreach (var lot in clearing.Lots)
        {
            Pairing.Match(Claims(lot.Fills, Side.Buy), Claims(lot.Fills, Side.Sell));
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ImmutableArray<Claim> Claims(ImmutableArray<Fill> fills, Side side) =>
        [.. fills.Where(fill => fill.Order.Side == side).GroupBy(fill => fill.Order.Member)
            .Select(member => new Claim(member.Key, member.First().Order.Zone, member.Aggregate(Energy.Zero, (sum, fill) => sum + fill.Energy)))];

    private static Clearing Clear(MechanismKind kind, params Order[] book) =>
        Mechanisms.Of(kind).Clear(book, Rules with { Mechanism = kind }, Books.Key(5));
}
