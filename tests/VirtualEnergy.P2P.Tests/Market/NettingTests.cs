using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

public sealed class NettingTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("community"));

    [Fact]
    public void The_buyer_pays_what_seller_grid_operator_and_community_get()
    {
        // 400 Wh at 150 000, 8 000 and 1 000 µEUR/kWh: 60 000, 3 200 and 400 µEUR; the charge of 250 comes on top.
        var trade = new Trade(Anna, Bice, new Energy(400), new Price(150_000)) { GridFee = new Price(8_000), Spread = new Price(1_000) };
        var deltas = Netting.DeltasOf([trade], [new Charge(Anna, new Money(250))], Accounts);
        Assert.Equal(
            [new(Anna, new Money(-63_850)), new(Bice, new Money(60_000)), new(Accounts.Community!.Value, new Money(650)), new(Accounts.GridOperator!.Value, new Money(3_200))],
            deltas);
    }

    [Fact]
    public void Each_part_is_rounded_by_itself_so_that_nothing_is_lost()
    {
        // 1 Wh at 500 µEUR/kWh is half a µEUR: 1 to the seller, 1 to the grid operator, 2 from the buyer.
        var trade = new Trade(Anna, Bice, new Energy(1), new Price(500)) { GridFee = new Price(500) };
        Assert.Equal(new Money(2), trade.BuyerPays);
        Assert.Equal(0, Netting.DeltasOf([trade], [], Accounts).Sum(delta => delta.Delta.MicroEur));
    }

    [Fact]
    public void Money_without_an_account_is_refused()
    {
        var trade = new Trade(Anna, Bice, new Energy(400), new Price(150_000));
        Assert.Throws<ArgumentException>(() => Netting.DeltasOf([trade with { GridFee = new Price(1) }], [], default));
        Assert.Throws<ArgumentException>(() => Netting.DeltasOf([trade with { Spread = new Price(1) }], [], default));
        Assert.Throws<ArgumentException>(() => Netting.DeltasOf([], [new Charge(Anna, new Money(1))], default));
        Assert.Equal(2, Netting.DeltasOf([trade], [], default).Length);
    }
}
