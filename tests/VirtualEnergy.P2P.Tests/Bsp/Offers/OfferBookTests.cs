using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Offers;

public sealed class OfferBookTests
{
    private static readonly Period Evening = BspSamples.At("2026-11-30T17:00:00Z");
    private static readonly DateTimeOffset Before = BspSamples.Instant("2026-11-30T15:59:59Z");
    private static readonly DateTimeOffset Gate = BspSamples.Instant("2026-11-30T16:00:00Z"); // MB, an hour before
    private static readonly OfferId First = new("offer-1");

    private static readonly UnitOffer Offer = new(
        BspSamples.Uvam, Evening, RegulationDirection.Up, [new(1_000_000, new(106_000)), new(500_000, new(158_500))]);

    private readonly OfferBook _book = new(BspSamples.Msd);

    [Fact]
    public void All_of_it_is_accepted_a_part_partly_and_nothing_refused()
    {
        Assert.Equal(OfferStatus.Accepted, Taken(new(0, 1_000_000, new(106_000)), new(1, 500_000, new(158_500))));
        Assert.Equal(OfferStatus.PartlyAccepted, Taken(new AcceptedStep(0, 700_000, new(106_000))));
        Assert.Equal(OfferStatus.PartlyAccepted, Taken(new(0, 1_000_000, new(106_000)), new(1, 0, new(0))));
        Assert.Equal(OfferStatus.Refused, Taken());
        Assert.Equal(OfferStatus.Refused, Taken(new AcceptedStep(1, 0, new(0))));
    }

    [Fact]
    public void A_result_that_comes_twice_has_no_second_effect()
    {
        Submit();
        var result = Result(new AcceptedStep(0, 700_000, new(106_000)));
        Assert.True(_book.Take(result, Gate).Changed);
        var again = _book.Take(result with { Steps = [.. result.Steps] }, Gate);
        Assert.Equal((false, null), (again.Changed, again.Refusal));
        Assert.Equal(700_000, again.Offer!.AcceptedWatts);
        Assert.Equal("result-twice", _book.Take(Result(), Gate).Refusal?.Code);
        Assert.Equal("offer-decided", _book.Take(Result() with { Id = "result-2" }, Gate).Refusal?.Code);
        Assert.Equal(700_000, _book.Find(First)!.AcceptedWatts);
    }

    [Fact]
    public void A_result_after_the_period_began_has_no_effect()
    {
        Submit();
        var late = _book.Take(Result(new AcceptedStep(0, 1, new(106_000))), BspSamples.Instant("2026-11-30T17:00:00Z"));
        Assert.Equal(("result-late", false), (late.Refusal?.Code, late.Changed));
        Assert.Equal(OfferStatus.Submitted, _book.Find(First)!.Status);
    }

    [Fact]
    public void A_result_for_an_unknown_offer_has_no_effect()
    {
        var intake = _book.Take(Result(), Gate);
        Assert.Equal(("unknown-offer", null), (intake.Refusal?.Code, intake.Offer));
    }

    [Theory]
    [InlineData(2, 1, 106_000, "unknown-step")]
    [InlineData(-1, 1, 106_000, "unknown-step")]
    [InlineData(0, 1_000_001, 106_000, "beyond-offer")]
    [InlineData(0, -1, 106_000, "beyond-offer")]
    [InlineData(0, 1, 105_990, "price-not-bid")]
    [InlineData(0, 1, 106_010, "price-not-bid")]
    public void A_result_beyond_the_offer_is_refused(int step, long watts, long price, string code)
    {
        Submit();
        Assert.Equal(code, _book.Take(Result(new AcceptedStep(step, watts, new(price))), Gate).Refusal?.Code);
        Assert.Equal(OfferStatus.Submitted, _book.Find(First)!.Status);
    }

    [Fact]
    public void A_step_named_twice_is_refused()
    {
        Submit();
        Assert.Equal("step-twice", _book.Take(Result(new(0, 600_000, new(106_000)), new(0, 600_000, new(106_000))), Gate).Refusal?.Code);
    }

    [Fact]
    public void A_result_without_its_parts_is_malformed()
    {
        Submit();
        Assert.All(
            [Result() with { Id = "" }, Result() with { Id = null! }, Result() with { Offer = new("a b") }, Result() with { Offer = default }, Result() with { Steps = default }],
            result => Assert.Equal("malformed", _book.Take(result, Gate).Refusal?.Code));
    }

    [Fact]
    public void With_marginal_prices_a_step_is_never_paid_worse_than_it_bid()
    {
        var book = new OfferBook(BspSamples.Mfrr);
        Assert.Null(book.Submit(First, Offer with { Steps = [new(1_000_000, new(106_000))] }, Before));
        Assert.Null(book.Submit(new("down"), Offer with { Direction = RegulationDirection.Down, Steps = [new(1_000_000, new(94_000))] }, Before));
        Assert.Equal("price-worse-than-bid", book.Take(Result(new AcceptedStep(0, 1_000_000, new(105_990))), Gate).Refusal?.Code);
        Assert.True(book.Take(Result(new AcceptedStep(0, 1_000_000, new(250_000))), Gate).Changed);
        Assert.Equal("price-worse-than-bid", book.Take(new("r2", new("down"), [new(0, 1_000_000, new(94_010))]), Gate).Refusal?.Code);
        Assert.True(book.Take(new("r2", new("down"), [new(0, 1_000_000, new(-10_000))]), Gate).Changed);
    }

    [Fact]
    public void A_later_offer_replaces_one_without_a_result()
    {
        Submit();
        Assert.Null(_book.Submit(new("offer-2"), Offer, Before));
        Assert.Equal(OfferStatus.Replaced, _book.Find(First)!.Status);
        Assert.Equal("offer-decided", _book.Take(Result(), Gate).Refusal?.Code);
        Assert.Equal("offer-2", _book.Current(BspSamples.Uvam, Evening, RegulationDirection.Up)!.Id.Value);
        Assert.True(_book.Take(Result() with { Offer = new("offer-2") }, Before).Changed);
        Assert.Equal("offer-decided", _book.Submit(new("offer-3"), Offer, Before)?.Code);
    }

    [Fact]
    public void A_later_session_takes_another_offer_beside_what_was_sold()
    {
        // MSD-EX-ANTE closes at 17:00 the day before, MB an hour before the period.
        var (gate, price) = (BspSamples.Msd.Gates[0].Of(Evening, BspSamples.Grid), Offer.Steps[0].Price);
        Assert.Null(_book.Submit(First, Offer, gate.AddHours(-1)));
        Assert.True(_book.Take(Result(new AcceptedStep(0, 400_000, price)), gate.AddMinutes(-30)).Changed);
        Assert.Equal("offer-decided", _book.Submit(new("o2"), Offer, gate.AddTicks(-1))?.Code);
        Assert.Null(_book.Submit(new("o2"), Offer, gate));
        Assert.Equal(400_000, _book.AcceptedWatts(BspSamples.Uvam, Evening, RegulationDirection.Up));
        Assert.True(_book.Take(new("r2", new("o2"), [new AcceptedStep(0, 300_000, price)]), gate.AddMinutes(1)).Changed);
        Assert.Equal(700_000, _book.AcceptedWatts(BspSamples.Uvam, Evening, RegulationDirection.Up));
        Assert.Equal([400_000L, 300_000], _book.Accepted(BspSamples.Uvam, Evening, RegulationDirection.Up).Select(step => step.Watts));
        Assert.Equal("offer-decided", _book.Submit(new("o3"), Offer, gate.AddMinutes(2))?.Code);
    }

    [Fact]
    public void An_offer_that_is_taken_back_makes_room_for_another_and_takes_no_result()
    {
        Submit();
        Assert.Equal("unknown-offer", _book.Withdraw(new("o2"), Before)?.Code);
        Assert.Equal("gate-closed", _book.Withdraw(First, Gate)?.Code);
        Assert.Null(_book.Withdraw(First, Before));
        Assert.Equal(OfferStatus.Withdrawn, _book.Find(First)!.Status);
        Assert.Equal("offer-decided", _book.Take(Result(), Before).Refusal?.Code);
        Assert.Equal("offer-decided", _book.Withdraw(First, Before)?.Code);
        Assert.Null(_book.Submit(new("o2"), Offer, Before));
        Assert.Equal(OfferStatus.Withdrawn, _book.Find(First)!.Status);
    }

    [Fact]
    public void After_the_last_gate_nothing_is_offered()
    {
        Assert.Equal("gate-closed", _book.Submit(First, Offer, Gate)?.Code);
        Assert.Equal("offer-name", _book.Submit(new("a b"), Offer, Before)?.Code);
        Submit();
        Assert.Equal("offer-twice", _book.Submit(First, Offer, Before)?.Code);
    }

    [Theory]
    [InlineData("step-count")]
    [InlineData("step-count", 1_000_000, 1, 1_000, 2, 1_000, 3, 1_000, 4, 1_000, 5)]
    [InlineData("size-step", 1_000_500, 10)]
    [InlineData("size-step", 1_000_000, 10, 0, 20)]
    [InlineData("below-minimum-size", 999_000, 10)]
    [InlineData("price-bounds", 1_000_000, -10)]
    [InlineData("price-bounds", 1_000_000, 3_000_010)]
    [InlineData("off-tick", 1_000_000, 5)]
    [InlineData("not-monotone", 1_000_000, 20, 1_000_000, 20)]
    public void An_offer_out_of_order_is_refused(string code, params int[] steps) =>
        Assert.Equal(code, _book.Submit(First, Offer with { Steps = [.. steps.Chunk(2).Select(step => new OfferStep(step[0], new(step[1])))] }, Before)?.Code);

    [Fact]
    public void What_is_over_is_forgotten()
    {
        Submit();
        Assert.True(_book.Take(Result(), Gate).Changed);
        _book.Forget(Evening);
        Assert.NotNull(_book.Find(First));
        _book.Forget(Evening.Next);
        Assert.Null(_book.Find(First));
        Assert.Null(_book.Current(BspSamples.Uvam, Evening, RegulationDirection.Up));
        Assert.Equal("unknown-offer", _book.Take(Result(), Gate).Refusal?.Code);
    }

    private void Submit() => Assert.Null(_book.Submit(First, Offer, Before));

    private static MarketResult Result(params AcceptedStep[] steps) => new("result-1", First, [.. steps]);

    private static OfferStatus Taken(params AcceptedStep[] steps)
    {
        var book = new OfferBook(BspSamples.Msd);
        Assert.Null(book.Submit(First, Offer, Before));
        var intake = book.Take(Result(steps), Gate);
        Assert.Equal((true, null), (intake.Changed, intake.Refusal));
        return intake.Offer!.Status;
    }
}
