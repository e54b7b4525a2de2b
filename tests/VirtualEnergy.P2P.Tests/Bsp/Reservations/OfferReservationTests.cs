using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

public sealed class OfferReservationTests
{
    private static readonly Period Evening = new(1_994_920);
    private static readonly HeadroomKey Anna = new(new("anna"), Evening, RegulationDirection.Up);
    private static readonly HeadroomKey Bert = new(new("bert"), Evening, RegulationDirection.Up);

    // 2,000 W at 10 ct and 4,000 W at 20 ct carry an offer of 5,000 W: 500 and 1,000 Wh are held in a quarter of an hour.
    private static readonly OfferReservation Offer = new(Evening, RegulationDirection.Up,
        [DispatchHome.Of(Anna.Home, [new(2_000, new(100_000))]), DispatchHome.Of(Bert.Home, [new(4_000, new(200_000))])]);

    [Fact]
    public void All_that_an_offer_rests_on_is_held() =>
        Assert.Equal([new ReservedEnergy(Anna, new(500)), new ReservedEnergy(Bert, new(1_000))], Offer.Request("o1", 0, PeriodGrid.QuarterHour).Lines);

    // Of 5,000 W 2,500 are taken: of the 6,000 W behind it 3,000 stay, anna's 2,000 first. 1,000 W of bert's are 250 Wh.
    [Fact]
    public void A_part_that_is_taken_keeps_its_part_of_what_it_rests_on_from_the_cheapest() =>
        Assert.Equal([new ReservedEnergy(Anna, new(500)), new ReservedEnergy(Bert, new(250))], Offer.Sold(2_500, 5_000, PeriodGrid.QuarterHour));

    [Theory]
    [InlineData(0)]
    [InlineData(2_500)]
    [InlineData(5_000)]
    public void What_is_sold_is_never_more_than_what_is_held(long accepted)
    {
        var ledger = ReservationLedger.Open([], LedgerHistory.Sha256, _ => { }, out _);
        ledger.Declare([new(Anna.Home, Evening, new(500), new(0)), new(Bert.Home, Evening, new(1_000), new(0))]);
        Assert.True(ledger.Reserve(Offer.Request("o1", 0, PeriodGrid.QuarterHour)).IsGranted);
        Assert.True(ledger.Confirm("o1", Offer.Sold(accepted, 5_000, PeriodGrid.QuarterHour)).IsGranted);
        Assert.Equal(accepted == 0 ? 500 : 0, ledger.Account(Anna)!.Value.Free.WattHours);
    }

    // 1,500 W at 8 + 1 + 2 ct and 1,500 at 12 + 1 + 2; 2,000 W are allowed.
    [Fact]
    public void A_homes_headroom_is_dispatched_at_what_it_must_bring_in_as_far_as_it_may_be_moved() =>
        Assert.Equal([new PowerStep(1_500, new(110_000)), new PowerStep(500, new(150_000))], OfferReservation.StepsOf(
            new PointHeadroom(PodCode.Parse("IT001E00000001"), Evening, 2, RegulationDirection.Up, [new(1_500, new(90_000)), new(1_500, new(130_000))], new(20_000)), 2_000));
}
