using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>Market rule 2: each way to break a rule, and the code that it earns.</summary>
public sealed class AdmissionRulesTests
{
    private static readonly MemberId Anna = new("0x00000000000000000000000000000000000000aa");
    private static readonly Period Open = new(1_831_492);

    // 6 kW carry 1 500 Wh in a quarter of an hour; 1 kWh at 25 ct costs 250 000 µEUR.
    private static readonly AdmissionContext Context = new(
        MarketRules.Default, Open, new Member(Anna, "Anna", new ZoneId("LV-1"), 6_000), LastNumber: 3, new Money(1_000_000), _ => true);

    private static readonly Bid Good = new(Anna, Open, 4, [new(new(250_000), new(1_000))], [new(new(260_000), new(500))]);

    [Fact]
    public void A_bid_within_the_rules_is_admitted() => Assert.Null(Objection(Good));

    [Fact]
    public void An_empty_bid_is_admitted_and_withdraws()
    {
        var empty = Good with { Buy = [], Sell = [] };
        Assert.True(empty.IsWithdrawal);
        Assert.Null(Objection(empty));
    }

    [Fact]
    public void Strangers_suspended_members_and_closed_gates_are_turned_away()
    {
        Assert.Equal(RejectionReason.UnknownMember, Objection(Good, Context with { Member = null }));
        Assert.Equal(RejectionReason.MemberNotActive, Objection(Good, Context with { Member = Context.Member! with { IsActive = false } }));
        Assert.Equal(RejectionReason.GateClosed, Objection(Good, Context with { OpenPeriod = null }));
        Assert.Equal(RejectionReason.GateClosed, Objection(Good with { Period = Open.Previous }));
        Assert.Equal(RejectionReason.WrongPeriod, Objection(Good with { Period = Open.Next }));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_number_that_does_not_count_up_is_stale(long number) =>
        Assert.Equal(RejectionReason.StaleNumber, Objection(Good with { Number = number }));

    [Fact]
    public void Thirty_two_steps_are_the_most()
    {
        ImmutableArray<Step> Steps(int count) => [.. Enumerable.Range(1, count).Select(i => new Step(new Price(260_000 + i * 100), new Energy(1)))];
        Assert.Null(Objection(Good with { Sell = Steps(31) }));
        Assert.Equal(RejectionReason.TooManySteps, Objection(Good with { Sell = Steps(32) }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Energy_is_positive_on_both_sides(long energy)
    {
        Assert.Equal(RejectionReason.EnergyNotPositive, Objection(Good with { Buy = [new(new(250_000), new(energy))] }));
        Assert.Equal(RejectionReason.EnergyNotPositive, Objection(Good with { Sell = [new(new(260_000), new(energy))] }));
    }

    [Fact]
    public void Prices_lie_between_floor_and_cap_and_on_tick()
    {
        Assert.Null(Objection(Good with { Buy = [new(MarketRules.Default.Floor, new(1))], Sell = [new(MarketRules.Default.Cap, new(1))] }));
        Assert.Equal(RejectionReason.PriceOutOfRange, Objection(Good with { Buy = [new(new(-500_100), new(1))] }));
        Assert.Equal(RejectionReason.PriceOutOfRange, Objection(Good with { Sell = [new(new(4_000_100), new(1))] }));
        Assert.Equal(RejectionReason.OffTick, Objection(Good with { Buy = [new(new(250_050), new(1))] }));
    }

    [Fact]
    public void Steps_are_sorted_strictly_and_sides_do_not_cross()
    {
        Assert.Equal(RejectionReason.StepsOutOfOrder, Objection(Good with { Buy = [new(new(200_000), new(1)), new(new(250_000), new(1))] }));
        Assert.Equal(RejectionReason.StepsOutOfOrder, Objection(Good with { Sell = [new(new(260_000), new(1)), new(new(260_000), new(1))] }));
        Assert.Equal(RejectionReason.StepsCrossing, Objection(Good with { Sell = [new(new(250_000), new(1))] }));
    }

    [Fact]
    public void Premiums_lie_between_zero_and_the_cap_and_on_tick()
    {
        Assert.Null(Objection(Wishing(new(new(100), new(100), new("carl"), MarketRules.Default.Cap)), Context with { AvailableFunds = new Money(long.MaxValue) }));
        Assert.Equal(RejectionReason.PremiumOutOfRange, Objection(Wishing(new(new(-100), default))));
        Assert.Equal(RejectionReason.PremiumOutOfRange, Objection(Wishing(new(default, new(4_000_100)))));
        Assert.Equal(RejectionReason.PremiumOutOfRange, Objection(Wishing(new(new(long.MaxValue - 7), new(long.MaxValue - 7)))));
        Assert.Equal(RejectionReason.OffTick, Objection(Wishing(new(new(150), default))));
    }

    [Fact]
    public void A_partner_is_another_member_and_a_premium_for_one_names_her()
    {
        Assert.Equal(RejectionReason.WrongPartner, Objection(Wishing(new(default, default, Anna, new(100)))));
        Assert.Equal(RejectionReason.WrongPartner, Objection(Wishing(new(default, default, null, new(100)))));
    }

    [Fact]
    public void Premiums_for_own_energy_do_not_lift_a_buy_step_to_a_sell_step()
    {
        // 250 + 9.9 is below 260, 250 + 5 + 5 is not.
        var both = Good with { Sell = [new(new(260_000), new(1))] };
        Assert.Null(Objection(both with { Preferences = new(new(9_900), default) }, Context with { AvailableFunds = new Money(long.MaxValue) }));
        Assert.Equal(RejectionReason.StepsCrossing, Objection(both with { Preferences = new(new(5_000), new(5_000)) }));
    }

    [Fact]
    public void The_worst_case_counts_every_premium()
    {
        // 500 Wh at −10 ct are bought for nothing, at −10 + 12 + 3 + 5 ct for 5 ct a half.
        var buyer = Good with { Buy = [new(new(-100_000), new(500))], Sell = [] };
        Assert.Equal(Money.Zero, buyer.WorstCasePayment);
        Assert.Equal(new Money(50_000), (buyer with { Preferences = new(new(120_000), new(30_000), new("carl"), new(50_000)) }).WorstCasePayment);
    }

    [Fact]
    public void The_connection_bounds_each_side()
    {
        Assert.Null(Objection(Good with { Sell = [new(new(260_000), new(1_500))] }));
        Assert.Equal(RejectionReason.OverCapacity, Objection(Good with { Sell = [new(new(260_000), new(1_501))] }));

        // Two steps whose sum wraps in 64 bits must not slip through.
        Assert.Equal(RejectionReason.OverCapacity, Objection(Good with { Sell = [new(new(260_000), new(long.MaxValue)), new(new(270_000), new(long.MaxValue))] }));
    }

    [Fact]
    public void Funds_cover_the_worst_case()
    {
        Assert.Null(Objection(Good, Context with { AvailableFunds = new Money(250_000) }));
        Assert.Equal(RejectionReason.InsufficientFunds, Objection(Good, Context with { AvailableFunds = new Money(249_999) }));

        // A seller pays when the price is negative: 500 Wh at −10 ct cost 50 000 µEUR.
        var seller = Good with { Buy = [], Sell = [new(new(-100_000), new(500))] };
        Assert.Equal(new Money(50_000), seller.WorstCasePayment);
        Assert.Equal(RejectionReason.InsufficientFunds, Objection(seller, Context with { AvailableFunds = new Money(49_999) }));

        // Selling at a price above zero costs nothing, so an empty account is no obstacle.
        Assert.Null(Objection(seller with { Sell = [new(new(100_000), new(500))] }, Context with { AvailableFunds = Money.Zero }));
    }

    [Fact]
    public void A_signature_is_checked_last_and_must_be_the_members()
    {
        Assert.Equal(RejectionReason.WrongSignature, Objection(Good, Context with { SignatureIsValid = _ => false }));
        Assert.Equal(RejectionReason.StaleNumber, Objection(Good with { Number = 0 }, Context with { SignatureIsValid = _ => throw new InvalidOperationException("not for a bid that fails cheaper rules") }));
    }

    [Fact]
    public void No_bid_however_hostile_makes_admission_throw()
    {
        var anyStep = Gen.Select(Gen.Long, Gen.OneOf(Gen.Long, Gen.Const(long.MaxValue), Gen.Const(long.MinValue))).Select((price, energy) => new Step(new(price), new(energy)));
        Gen.Select(anyStep.Array[0, 40], anyStep.Array[0, 40], Gen.Long, Gen.Long, Gen.Long).Sample((buy, sell, period, number, premium) =>
        {
            Objection(new Bid(Anna, new Period(period), number, [.. buy], [.. sell]));
            Objection(Good with { Buy = [.. buy.Take(3)], Preferences = new(new(premium), new(premium), Anna, new(premium)) });
        });
    }

    private static Bid Wishing(VirtualEnergy.P2P.Market.Zones.Preferences preferences) => Good with { Sell = [], Preferences = preferences };

    [Fact]
    public void Every_reason_has_a_code_of_its_own()
    {
        var codes = Enum.GetValues<RejectionReason>().Select(reason => reason.Code()).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[a-z]+(-[a-z]+)*$", code));
    }

    private static RejectionReason? Objection(Bid bid, AdmissionContext? context = null) =>
        AdmissionRules.FirstObjection(new SignedBid(bid, Books.Key(1), []), context ?? Context);
}
