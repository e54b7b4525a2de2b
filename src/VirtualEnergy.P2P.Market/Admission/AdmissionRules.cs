using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Admission;

/// <summary>What the exchange knows about a bidder and the open round when a bid arrives.</summary>
/// <param name="Rules">The community's constants.</param>
/// <param name="OpenPeriod">The period whose gate is open, or null between gates.</param>
/// <param name="Member">The bidder's registration, or null when unknown.</param>
/// <param name="LastNumber">The highest number admitted from the bidder for the open period, or null.</param>
/// <param name="AvailableFunds">The bidder's escrow balance less what unsettled rounds will take.</param>
/// <param name="SignatureIsValid">Checks the signature; called only if everything cheaper holds.</param>
public sealed record AdmissionContext(
    MarketRules Rules,
    Period? OpenPeriod,
    Member? Member,
    long? LastNumber,
    Money AvailableFunds,
    Func<SignedBid, bool> SignatureIsValid)
{
    /// <summary>What the bidder's mandate leaves of the delivery's day after what was spent on it; null where she gave none.</summary>
    public Money? LeftOfMandate { get; init; }

    /// <summary>What the bidder's promises outside of this market leave in the open period; null where she promised nothing.</summary>
    public PromisedRoom? Room { get; init; }
}

/// <summary>A registered member of the community.</summary>
/// <param name="Id">Ethereum address of the member's node.</param>
/// <param name="Name">What people see.</param>
/// <param name="Zone">Low-voltage zone of the connection point.</param>
/// <param name="ConnectionWatts">What the connection can carry, each way, in W.</param>
/// <param name="IsActive">A suspended member keeps her funds and cannot bid.</param>
public sealed record Member(MemberId Id, string Name, ZoneId Zone, long ConnectionWatts, bool IsActive = true)
{
    /// <summary>
    /// Whether what she sells counts as green. It stands in the community's register and in no bid: a claim that others pay
    /// for must be one that they can check, and a plant does not change from period to period.
    /// </summary>
    public bool IsGreen { get; init; }

    /// <summary>Ethereum address of the meter's key; null where readings are signed with the member's own.</summary>
    public MemberId? Meter { get; init; }
}

/// <summary>Admission (market rule 2): a row of small rules, the first that objects gives the reason. Cheap ones come first.</summary>
public static class AdmissionRules
{
    private delegate RejectionReason? Rule(SignedBid signed, AdmissionContext context);

    private static readonly Rule[] InOrder =
    [
        MemberIsKnown, MemberIsActive, GateIsOpen, PeriodIsTheOpenOne, NumberCountsUp, StepsAreFew, EnergiesArePositive,
        PricesAreInRange, PricesAreOnTick, PremiumsAreInRange, PartnerIsAnother, StepsAreInOrder, StepsDoNotCross, ConnectionCarriesIt, NothingIsReservedElsewhere, FundsCoverTheWorstCase,
        MandateCoversTheWorstCase, SignatureIsTheMembers,
    ];

    /// <summary>Null when the bid is admitted, else the first reason against it. Never throws on a hostile bid.</summary>
    public static RejectionReason? FirstObjection(SignedBid bid, AdmissionContext context)
    {
        foreach (var rule in InOrder)
        {
            if (rule(bid, context) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }

    private static RejectionReason? MemberIsKnown(SignedBid signed, AdmissionContext context) =>
        context.Member is null ? RejectionReason.UnknownMember : null;

    private static RejectionReason? MemberIsActive(SignedBid signed, AdmissionContext context) =>
        context.Member!.IsActive ? null : RejectionReason.MemberNotActive;

    private static RejectionReason? GateIsOpen(SignedBid signed, AdmissionContext context) =>
        context.OpenPeriod is null ? RejectionReason.GateClosed : null;

    private static RejectionReason? PeriodIsTheOpenOne(SignedBid signed, AdmissionContext context) =>
        signed.Bid.Period == context.OpenPeriod ? null
        : signed.Bid.Period < context.OpenPeriod ? RejectionReason.GateClosed
        : RejectionReason.WrongPeriod;

    private static RejectionReason? NumberCountsUp(SignedBid signed, AdmissionContext context) =>
        signed.Bid.Number > (context.LastNumber ?? -1) ? null : RejectionReason.StaleNumber;

    private static RejectionReason? StepsAreFew(SignedBid signed, AdmissionContext context) =>
        signed.Bid.Buy.Length + signed.Bid.Sell.Length <= Bid.MaxSteps ? null : RejectionReason.TooManySteps;

    private static RejectionReason? EnergiesArePositive(SignedBid signed, AdmissionContext context) =>
        AllSteps(signed.Bid, context, static (step, _) => step.Energy > Energy.Zero) ? null : RejectionReason.EnergyNotPositive;

    private static RejectionReason? PricesAreInRange(SignedBid signed, AdmissionContext context) =>
        AllSteps(signed.Bid, context, static (step, context) => step.Price >= context.Rules.Floor && step.Price <= context.Rules.Cap)
            ? null : RejectionReason.PriceOutOfRange;

    private static RejectionReason? PricesAreOnTick(SignedBid signed, AdmissionContext context) =>
        AllSteps(signed.Bid, context, static (step, context) => context.Rules.IsOnTick(step.Price)) && PremiumsOf(signed.Bid).All(context.Rules.IsOnTick)
            ? null : RejectionReason.OffTick;

    // Each within the cap, so that sums of them are nowhere near the end of 64 bits.
    private static RejectionReason? PremiumsAreInRange(SignedBid signed, AdmissionContext context) =>
        PremiumsOf(signed.Bid).All(premium => premium >= default(Price) && premium <= context.Rules.Cap) ? null : RejectionReason.PremiumOutOfRange;

    private static RejectionReason? PartnerIsAnother(SignedBid signed, AdmissionContext context)
    {
        var preferences = signed.Bid.Preferences;
        return preferences.Partner is null ? (preferences.PartnerPremium == default ? null : RejectionReason.WrongPartner)
            : preferences.Partner == signed.Bid.Member ? RejectionReason.WrongPartner
            : null;
    }

    private static RejectionReason? StepsAreInOrder(SignedBid signed, AdmissionContext context)
    {
        var (buy, sell) = (signed.Bid.Buy, signed.Bid.Sell);
        for (var i = 1; i < buy.Length; i++)
        {
            if (buy[i - 1].Price <= buy[i].Price)
            {
                return RejectionReason.StepsOutOfOrder;
            }
        }

        for (var i = 1; i < sell.Length; i++)
        {
            if (sell[i - 1].Price >= sell[i].Price)
            {
                return RejectionReason.StepsOutOfOrder;
            }
        }

        return null;
    }

    // In order already, so the first step of each side is the one that could cross. What she might add for her own zone's green
    // energy counts: else she could be matched with herself.
    private static RejectionReason? StepsDoNotCross(SignedBid signed, AdmissionContext context) =>
        signed.Bid.Buy.IsEmpty || signed.Bid.Sell.IsEmpty || MostForOwn(signed.Bid) < signed.Bid.Sell[0].Price
            ? null : RejectionReason.StepsCrossing;

    // The sides never fill together, so each is held against the connection alone.
    private static RejectionReason? ConnectionCarriesIt(SignedBid signed, AdmissionContext context)
    {
        var limit = (Int128)context.Member!.ConnectionWatts * context.Rules.Grid.LengthSeconds / 3600;
        return Total(signed.Bid.Buy) <= limit && Total(signed.Bid.Sell) <= limit ? null : RejectionReason.OverCapacity;
    }

    private static RejectionReason? NothingIsReservedElsewhere(SignedBid signed, AdmissionContext context) =>
        context.Room is not { } room || room.Admits(signed.Bid) ? null : RejectionReason.ReservedElsewhere;

    private static RejectionReason? FundsCoverTheWorstCase(SignedBid signed, AdmissionContext context) =>
        signed.Bid.WorstCasePayment is var worst && (worst <= context.AvailableFunds || worst == Money.Zero)
            ? null : RejectionReason.InsufficientFunds;

    private static RejectionReason? MandateCoversTheWorstCase(SignedBid signed, AdmissionContext context) =>
        context.LeftOfMandate is not { } left || signed.Bid.WorstCasePayment <= left || signed.Bid.WorstCasePayment == Money.Zero
            ? null : RejectionReason.OverMandate;

    private static RejectionReason? SignatureIsTheMembers(SignedBid signed, AdmissionContext context) =>
        context.SignatureIsValid(signed) ? null : RejectionReason.WrongSignature;

    private static Price MostForOwn(Bid bid) =>
        new(checked(bid.Buy[0].Price.MicroEurPerKWh + bid.Preferences.Earned(Quality.Green | Quality.Local).MicroEurPerKWh));

    private static Price[] PremiumsOf(Bid bid) => bid.Preferences.IsNone ? [] : [bid.Preferences.GreenPremium, bid.Preferences.LocalPremium, bid.Preferences.PartnerPremium];

    // Every bid of a round passes here, so nothing is made for a step.
    private static bool AllSteps(Bid bid, AdmissionContext context, Func<Step, AdmissionContext, bool> holds)
    {
        foreach (var step in bid.Buy)
        {
            if (!holds(step, context))
            {
                return false;
            }
        }

        foreach (var step in bid.Sell)
        {
            if (!holds(step, context))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Int128: 32 × long.MaxValue fits, whatever a bid says.</summary>
    internal static Int128 Total(ImmutableArray<Step> steps)
    {
        var total = Int128.Zero;
        foreach (var step in steps)
        {
            total += step.Energy.WattHours;
        }

        return total;
    }
}
