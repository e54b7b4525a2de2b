using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Proof;

/// <summary>The uniform price, its reference and a linear programme that knows neither: all three agree, on every book.</summary>
public sealed class UniformPriceOptimumTests
{
    private const long Tick = 100;

    private static readonly MarketRules Rules = MarketRules.Default;

    [Fact]
    public void Fast_reference_and_linear_programme_agree_where_buyers_and_sellers_are_apart() =>
        Small(members: 8, apart: true).Sample(book =>
        {
            var fast = UniformPriceAuction.Clear(book, Rules);
            var reference = ReferenceUniformPriceAuction.Clear(book, Rules);
            Assert.Equal(reference.Price, fast.Price);
            Assert.Equal(reference.Interval, fast.Interval);
            Assert.Equal(reference.Fills.AsEnumerable(), fast.Fills.AsEnumerable());
            Assert.Equal(LinearProgram.MaximumVolumeOfOnePrice(book), fast.Volume.WattHours);
            Assert.Equal(LinearProgram.MaximumWelfare(book, Tick), Welfare(fast));
        }, iter: 3_000);

    [Fact]
    public void Volume_of_members_on_both_sides_is_the_most_that_one_price_can_trade_between_different_members() =>
        Small(members: 4, apart: false).Sample(book =>
        {
            var fast = UniformPriceAuction.Clear(book, Rules);
            Assert.Equal(LinearProgram.MaximumVolumeOfOnePrice(book), fast.Volume.WattHours);
            Assert.InRange(Welfare(fast), 0, LinearProgram.MaximumWelfare(book, Tick));
            Assert.Null(ClearingInvariants.Broken(book, fast, Rules));
        }, iter: 3_000);

    [Fact]
    public void No_mechanism_makes_more_of_a_book_than_there_is() =>
        Small(members: 5, apart: false).Sample(book =>
        {
            var most = LinearProgram.MaximumWelfare(book, Tick);
            Assert.All(Enum.GetValues<MechanismKind>(), kind =>
                Assert.InRange(Welfare(Mechanisms.Of(kind).Clear(book, Rules with { Mechanism = kind }, Books.Key(7))), 0, most));
        }, iter: 1_000);

    [Fact]
    public void The_oracles_without_a_solver_are_the_linear_programme() =>
        Gen.OneOf(Small(members: 8, apart: true), Small(members: 3, apart: false)).Sample(book =>
        {
            Assert.Equal(LinearProgram.MaximumVolumeOfOnePrice(book), Optimum.Volume(book));
            Assert.Equal(LinearProgram.MaximumWelfare([.. book.Select((order, i) => order with { Member = new($"{i}") })], Tick), Optimum.Welfare(book) / Tick);
        }, iter: 2_000);

    [Fact]
    public void The_linear_programme_answers_a_book_by_hand()
    {
        // Anna buys 10 at 5 and sells 6 at 1; Bice sells 3 at 2; Carlo buys 4 at 3. Anna may not trade with herself: her buys
        // take Bice's 3, worth 3 × (5 − 2) = 9; Carlo takes 4 of her 6, worth 4 × (3 − 1) = 8. At any price from 2 to 3 all
        // 3 + 4 trade. Without owners 9 would trade: 6 × (5 − 1) + 3 × (5 − 2) = 33.
        Order[] book =
        [
            Books.Buy(1, 5 * Tick, 10, "anna"), Books.Sell(2, 1 * Tick, 6, "anna"),
            Books.Sell(3, 2 * Tick, 3, "bice"), Books.Buy(4, 3 * Tick, 4, "carlo"),
        ];
        Assert.Equal(17, LinearProgram.MaximumWelfare(book, Tick));
        Assert.Equal(7, LinearProgram.MaximumVolumeOfOnePrice(book));
        Assert.Equal(33, Optimum.Welfare(book) / Tick);
        Assert.Equal(7, UniformPriceAuction.Clear(book, Rules).Volume.WattHours);
    }

    /// <summary>Prices meet often, are negative at times, and stand at the cap and the floor.</summary>
    private static Gen<Order[]> Small(int members, bool apart) =>
        Gen.Select(
                Gen.Bool,
                Gen.Int[0, members - 1],
                Gen.OneOf(Gen.Long[-4, 8], Gen.Const(Rules.Cap.MicroEurPerKWh / Tick), Gen.Const(Rules.Floor.MicroEurPerKWh / Tick)),
                Gen.OneOf(Gen.Long[1, 6], Gen.Long[1, 5_000]))
            .Array[0, 12]
            .Select(rows => rows.Select((row, i) =>
            {
                var (buys, member, ticks, energy) = row;
                var owner = apart && !buys ? $"seller {member}" : $"member {member}";
                return buys ? Books.Buy(i, ticks * Tick, energy, owner) : Books.Sell(i, ticks * Tick, energy, owner);
            }).ToArray());

    private static long Welfare(Clearing clearing) => (long)(Optimum.WelfareOf(clearing) / Tick);
}
