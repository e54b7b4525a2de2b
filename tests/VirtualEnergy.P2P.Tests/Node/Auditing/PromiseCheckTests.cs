using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Auditing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Auditing;

/// <summary>A home has promised a change of a program of 100 Wh, −40 and 0 in the periods from 1,994,833 on: it may buy 100 Wh in the first, sell 40 in the second, and trade nothing in the third.</summary>
public sealed class PromiseCheckTests
{
    private static readonly Period First = new(1_994_833);
    private static readonly EthereumKey Home = Key(1);
    private static readonly EthereumKey Bsp = Key(2);
    private static readonly MarketDomain Domain = new(31337, Key(3).Address);
    private static readonly FlexibilitySigning Signing = new(Domain);

    private readonly PromiseCheck _check = new(Domain);

    [Theory]
    [InlineData(0, 100, 0, false)]
    [InlineData(0, 101, 0, true)]
    [InlineData(0, 0, 1, true)] // what it buys by its program it does not sell
    [InlineData(1, 0, 40, false)]
    [InlineData(1, 0, 41, true)]
    [InlineData(2, 1, 0, true)]
    [InlineData(2, 0, 0, false)]
    [InlineData(3, 900, 900, false)] // after the promise
    public void A_bid_beyond_what_the_promise_leaves_is_found(int period, long buys, long sells, bool isFound)
    {
        var finding = _check.First(Round(period, buys, sells), [Promise()]);
        Assert.Equal(isFound, finding is not null);
        if (finding is not null)
        {
            Assert.Equal((AuditCheck.Promise, "promise", $"the bid of {Home.Address}"), (finding.Check, finding.Code, finding.What));
            Assert.Contains($"{buys} Wh to buy and {sells} to sell", finding.Said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_either_has_not_signed_binds_nobody()
    {
        var (round, promise) = (Round(0, 500, 0), Promise());
        Assert.NotNull(_check.First(round, [promise]));
        Assert.Null(_check.First(round, [promise with { HomeSignature = Promise(by: Bsp).HomeSignature }]));
        Assert.Null(_check.First(round, [promise with { Order = promise.Order with { Signature = promise.HomeSignature } }]));
        Assert.Null(_check.First(round, [promise with { Program = [new Energy(99), new Energy(-40), Energy.Zero] }])); // another program than she signed
        Assert.Null(new PromiseCheck(Domain with { ChainId = 1 }).First(round, [promise])); // another market's
    }

    [Fact]
    public void Released_by_its_provider_and_by_nobody_else_it_binds_no_more()
    {
        var round = Round(0, 500, 0);
        Assert.Null(_check.First(round, [Release(Bsp), Promise()]));
        Assert.NotNull(_check.First(round, [Release(Home), Promise()]));
        Assert.NotNull(_check.First(round, [Release(Bsp, id: 13), Promise()]));
    }

    [Fact]
    public void Published_promises_are_read_as_the_exchange_answers_them_and_anything_else_is_refused()
    {
        var text = $$"""[{"at":"2026-11-30T00:00:00+00:00","evidence":{{Encoding.UTF8.GetString(WireFormat.Write(Promise()))}}}]""";
        Assert.True(PromisesReader.TryRead(Encoding.UTF8.GetBytes(text), out var read, out _));
        Assert.Equal([Promise()], read);
        Assert.True(PromisesReader.TryRead("[]"u8.ToArray(), out read, out _));
        Assert.Empty(read);
        foreach (var wrong in new[] { "", "{}", "[1]", "[{}]", "[{\"evidence\":{}}]", text[..^1], text.Replace("\"periods\":3", "\"periods\":4", StringComparison.Ordinal) })
        {
            Assert.False(PromisesReader.TryRead(Encoding.UTF8.GetBytes(wrong), out _, out var error), wrong);
            Assert.NotEmpty(error);
        }
    }

    private static PublishedRound Round(int period, long buys, long sells)
    {
        static ImmutableArray<Step> Steps(long energy, long price) => energy == 0 ? [] : [new Step(new Price(price), new Energy(energy))];
        var (other, bid) = (new Bid(Key(9).Address.ToMember(), First, 1, Steps(9_999, 250_000), []), new Bid(Home.Address.ToMember(), new Period(First.Index + period), 1, Steps(buys, 100_000), Steps(sells, 300_000)));
        return new PublishedRound(bid.Period, [.. new[] { other, bid }.Select(one => new PublishedBid(new SignedBid(one, default, []), ZoneId.Unnamed, false))], null, null, Energy.Zero, [], [], default, default, default);
    }

    private static ReservationEvidence Promise(EthereumKey? by = null)
    {
        ImmutableArray<Energy> program = [new Energy(100), new Energy(-40), Energy.Zero];
        var order = Order(FlexibilityOrderKind.Reserve, 12, 3);
        return new ReservationEvidence(new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(Signing.Hash(order), Bsp)), program, FlexibilitySigning.Sign(Signing.Hash(order, program), by ?? Home));
    }

    private static ReservationEvidence Release(EthereumKey by, long id = 12)
    {
        var order = Order(FlexibilityOrderKind.Release, id, 4);
        return new ReservationEvidence(new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(Signing.Hash(order), by)), [], []);
    }

    private static FlexibilityOrder Order(FlexibilityOrderKind kind, long id, long number) =>
        new(Bsp.Address.ToMember(), Home.Address.ToMember(), number, id, kind, 7, First, 3, kind == FlexibilityOrderKind.Release ? 0 : -1_500, new Price(240_000));

    private static EthereumKey Key(byte tail) => EthereumKey.FromBytes([.. new byte[EthereumKey.Size - 1], tail]);
}
