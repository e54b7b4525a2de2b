using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class BalanceBookTests
{
    private static readonly Period Now = new(2_000_000);
    private static readonly EthereumKey Key = EthereumKey.FromHex("0x" + new string('1', 64));
    private static readonly Member Anna = new(new MemberId("0x" + new string('a', 40)), "Anna", ZoneId.Unnamed, 4_000);
    private static readonly Member Bice = new(new MemberId("0x" + new string('b', 40)), "Bice", ZoneId.Unnamed, 4_000);
    private static readonly SupplierTariff Supplier = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void It_is_complete_when_all_who_planned_have_told_and_a_later_word_counts_instead()
    {
        var book = Book(Supplier);
        Assert.True(book.Begin(Now, [Anna.Id, Bice.Id], []));
        Assert.True(book.TryTake(Told(Anna, -500), Anna));
        Assert.False(book.IsComplete);
        Assert.True(book.TryTake(Told(Bice, 0, (150_000, 1_000)), Bice));
        Assert.True(book.IsComplete);

        // 500 of the 1,000 Wh that are worth 15 ct; when Anna has 800, 800.
        Assert.Equal(new BalanceSignal(Now, new Price(150_000), 500_000), book.Signal());
        Assert.True(book.TryTake(Told(Anna, -800), Anna));
        Assert.Equal(new BalanceSignal(Now, new Price(150_000), 800_000), book.Signal());
    }

    [Fact]
    public void What_was_traded_counts_as_far_as_its_members_have_told()
    {
        // Anna sold 200 Wh to Bice and 300 to Carla, who tells nothing. Of 1,000 Wh too much 700 are left for Bice, to whom 1,000 are worth 15 ct.
        var (book, carla) = (Book(Supplier), new MemberId("0x" + new string('c', 40)));
        Trade[] trades = [new(Bice.Id, Anna.Id, new Energy(200), new Price(120_000)), new(carla, Anna.Id, new Energy(300), new Price(120_000))];
        Assert.True(book.Begin(Now, [Anna.Id, Bice.Id], trades));
        Assert.True(book.TryTake(Told(Anna, -1_000), Anna));
        Assert.True(book.TryTake(Told(Bice, 0, (150_000, 1_000)), Bice));
        Assert.Equal(new BalanceSignal(Now, new Price(150_000), 700_000), book.Signal());
    }

    [Fact]
    public void What_is_not_a_members_own_sound_word_of_the_running_period_is_not_taken()
    {
        var book = Book(Supplier);
        Assert.False(book.TryTake(Told(Anna, 0), Anna)); // nothing runs
        Assert.True(book.Begin(Now.Next, [Anna.Id, Bice.Id], []));
        Assert.False(book.TryTake(Told(Anna, 0), Anna)); // another period
        Assert.True(book.Begin(Now.Next.Next, [Anna.Id, Bice.Id], []));
        var told = Told(Anna, 0) with { First = Now.Next.Next };
        Assert.False(book.TryTake(told, Bice));
        Assert.False(book.TryTake(told, Anna with { IsActive = false }));
        Assert.False(book.TryTake(Told(Anna, -1_001) with { First = told.First }, Anna)); // 4 kW carry 1,000 Wh in a quarter of an hour
        Assert.Null(book.Signal());
        Assert.True(book.TryTake(told, Anna));
    }

    [Fact]
    public void Nobody_balances_alone_or_without_a_supplier_or_over_lines_that_have_fees()
    {
        Assert.False(Book(Supplier).Begin(Now, [Anna.Id], []));
        Assert.False(Book(null).Begin(Now, [Anna.Id, Bice.Id], []));
        var zones = new ZoneNetwork([new ZoneLine(new ZoneId("north"), new ZoneId("south"), new Price(10_000))]);
        Assert.False(Book(Supplier, zones).Begin(Now, [Anna.Id, Bice.Id], []));
    }

    private static BalanceBook Book(SupplierTariff? tariff, ZoneNetwork? zones = null) => new(new ExchangeOptions
    {
        Community = "test", Rpc = new Uri("http://127.0.0.1:1"), Contract = Key.Address, Key = Key, JournalPath = "", Members = [Anna, Bice],
        Tariff = tariff, Rules = MarketRules.Default with { Network = zones ?? ZoneNetwork.CopperPlate },
    });

    private static MemberPlan Told(Member member, long energy, params (long Price, long Energy)[] steps)
    {
        ImmutableArray<Step> taken = [.. steps.Select(step => new Step(new Price(step.Price), new Energy(step.Energy)))];
        return new MemberPlan(member.Id, Now, [new PlannedDemand(new Energy(energy), taken)]);
    }
}
