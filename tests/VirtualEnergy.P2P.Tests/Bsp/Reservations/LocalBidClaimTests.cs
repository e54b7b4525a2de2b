using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

public sealed class LocalBidClaimTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly Period Noon = new(1_994_880);

    // Program: 300 Wh are sold (−300); the home can go down to −1,000 and up to +500: 700 up, 800 down.
    // 400 Wh are sold to the MSD. Locally it may sell 600: −600 − 400 = −1,000.
    [Theory]
    [InlineData(600, true)]
    [InlineData(601, false)]
    public void A_home_sells_locally_what_it_can_still_exceed_by_what_it_sold_elsewhere(long sold, bool granted)
    {
        var ledger = Opened(700, 800);
        ledger.Reserve(new("msd", ReservationChannel.AncillaryServices, 0, [new(new(Anna, Noon, RegulationDirection.Up), new(400))]));
        var bid = new Bid(Anna, Noon, 1, [], [new(new(100_000), new(sold))]);
        Assert.Equal(granted, ledger.Reserve(LocalBidClaim.RequestFor(bid, new(-300), 0, null)).IsGranted);
    }

    // Program: 800 Wh are consumed; 300 must be. 500 are sold upwards, all there is. To buy the 800 locally moves nothing.
    [Fact]
    public void A_home_buys_its_program_locally_though_all_its_upward_headroom_is_sold()
    {
        var ledger = Opened(500, 0);
        ledger.Reserve(new("msd", ReservationChannel.AncillaryServices, 0, [new(new(Anna, Noon, RegulationDirection.Up), new(500))]));
        Assert.True(ledger.Reserve(LocalBidClaim.RequestFor(new(Anna, Noon, 1, [new(new(250_000), new(800))], []), new(800), 0, null)).IsGranted);
        Assert.False(ledger.Reserve(LocalBidClaim.RequestFor(new(Anna, Noon, 2, [new(new(250_000), new(801))], []), new(800), 0, 1)).IsGranted);
    }

    [Fact]
    public void A_later_bid_takes_the_place_of_the_one_before()
    {
        var ledger = Opened(700, 800);
        Assert.True(ledger.Reserve(LocalBidClaim.RequestFor(new(Anna, Noon, 1, [], [new(new(1), new(1000))]), new(-300), 0, null)).IsGranted);
        Assert.True(ledger.Reserve(LocalBidClaim.RequestFor(new(Anna, Noon, 2, [], [new(new(1), new(900))]), new(-300), 0, 1)).IsGranted);
        Assert.Equal(new Energy(600), ledger.Account(new(Anna, Noon, RegulationDirection.Up))!.Value.Local);
    }

    // The exchange asks for two numbers; the ledger looks at claims. For every home they must come to the same.
    [Fact]
    public void The_exchanges_question_has_the_ledgers_answer() =>
        Gen.Select(Gen.Long[-1000, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1200], Gen.Long[0, 1200], Gen.Long[0, 2500], Gen.Long[0, 2500])
            .Sample((program, canUp, canDown, elsewhereUp, elsewhereDown, bought, sold) =>
            {
                var ledger = Opened(canUp, canDown);
                ledger.Reserve(new("msd", ReservationChannel.AncillaryServices, 0, [new(new(Anna, Noon, RegulationDirection.Up), new(elsewhereUp))]));
                ledger.Reserve(new("dso", ReservationChannel.GridOperator, 0, [new(new(Anna, Noon, RegulationDirection.Down), new(elsewhereDown))]));
                var bid = new Bid(Anna, Noon, 1, Steps(bought, 250_000), Steps(sold, 260_000));
                var room = LocalRoom.Of(
                    new(program), ledger.Account(new(Anna, Noon, RegulationDirection.Up))!.Value, ledger.Account(new(Anna, Noon, RegulationDirection.Down))!.Value);
                Assert.Equal(room.Admits(bid), ledger.Reserve(LocalBidClaim.RequestFor(bid, new(program), 0, null)).IsGranted);
            }, iter: 20_000);

    private static ImmutableArray<Step> Steps(long energy, long price) => energy == 0 ? [] : [new(new(price), new(energy))];

    private static ReservationLedger Opened(long up, long down)
    {
        var ledger = ReservationLedger.Open([], LedgerHistory.Sha256, _ => { }, out _);
        ledger.Declare([new(Anna, Noon, new(up), new(down))]);
        return ledger;
    }
}
