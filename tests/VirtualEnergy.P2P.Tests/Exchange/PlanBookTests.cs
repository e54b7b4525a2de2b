using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class PlanBookTests
{
    private static readonly Period First = new(2_000_000);
    private static readonly EthereumKey Key = EthereumKey.FromHex("0x" + new string('1', 64));
    private static readonly Member Anna = new(new MemberId("0x" + new string('a', 40)), "Anna", ZoneId.Unnamed, 4_000);
    private static readonly Member Bice = new(new MemberId("0x" + new string('b', 40)), "Bice", ZoneId.Unnamed, 4_000);

    [Fact]
    public void The_last_plans_of_all_make_the_outlook_and_the_next_goes_half_of_the_way()
    {
        var book = Book();
        Assert.True(book.TryTake(Plan(Anna, First, -500, (150_000, 400)), Anna));
        Assert.True(book.TryTake(Plan(Anna, First, -500, (120_000, 600)), Anna)); // instead of the one before
        Assert.True(book.TryTake(Plan(Bice, First, 0, (200_000, 100)), Bice));

        // −500, + 100 at 20 ct, + 600 at 12: at 12 somebody is short. Then Bice takes 600 at 20 ct: half of the way from 12 to 20.
        Assert.Equal(new Price(120_000), book.Next(First.Next)!.Prices[0]);
        Assert.True(book.TryTake(Plan(Bice, First, 0, (200_000, 600)), Bice));
        Assert.Equal(new Price(160_000), book.Next(First.Next.Next)!.Prices[0]);
    }

    [Fact]
    public void What_is_not_a_members_own_sound_plan_is_not_taken()
    {
        var book = Book();
        Assert.False(book.TryTake(Plan(Anna, First, 0), Bice));
        Assert.False(book.TryTake(Plan(Anna, First, 0), Anna with { IsActive = false }));
        Assert.False(book.TryTake(Plan(Anna, First, 1_001), Anna)); // 4 kW carry 1,000 Wh in a quarter of an hour
        Assert.Null(book.Next(First.Next));
    }

    [Fact]
    public void A_plan_of_a_day_before_counts_no_more()
    {
        var book = Book();
        Assert.True(book.TryTake(Plan(Anna, First, 500), Anna));
        Assert.NotNull(book.Next(new Period(First.Index + 95)));
        Assert.Null(book.Next(new Period(First.Index + 96)));
    }

    [Fact]
    public void Without_a_supplier_there_is_no_outlook()
    {
        var book = Book(isSupplied: false);
        Assert.True(book.TryTake(Plan(Anna, First, 500), Anna));
        Assert.Null(book.Next(First.Next));
    }

    private static PlanBook Book(bool isSupplied = true) => new(new ExchangeOptions
    {
        Community = "test", Rpc = new Uri("http://127.0.0.1:1"), Contract = Key.Address, Key = Key, JournalPath = "", Members = [Anna, Bice],
        Tariff = isSupplied ? SupplierTariff.Flat(new Price(280_000), new Price(90_000)) : null,
    });

    private static MemberPlan Plan(Member member, Period first, long energy, params (long Price, long Energy)[] steps)
    {
        ImmutableArray<Step> taken = [.. steps.Select(step => new Step(new Price(step.Price), new Energy(step.Energy)))];
        return new MemberPlan(member.Id, first, [.. Enumerable.Repeat(new PlannedDemand(new Energy(energy), taken), 288)]);
    }
}
