using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>The sentence beside a reason code: what the rule wants and what the bid has. For people; only the code is stable.</summary>
internal static class RejectionDetail
{
    public static string Of(RejectionReason reason, Bid bid, AdmissionContext context) => reason switch
    {
        RejectionReason.UnknownMember => $"{bid.Member} is not a member of this community.",
        RejectionReason.MemberNotActive => $"{bid.Member} is suspended.",
        RejectionReason.WrongSignature => $"The signature does not recover to {bid.Member} over this bid, this chain and this contract.",
        RejectionReason.WrongPeriod => $"The bid is for period {bid.Period}; open is {context.OpenPeriod}.",
        RejectionReason.GateClosed when context.OpenPeriod is { } open => $"The gate of period {bid.Period} is closed; open is {open}.",
        RejectionReason.GateClosed => $"The gate of period {bid.Period} is closed.",
        RejectionReason.StaleNumber => $"Number {bid.Number} is not higher than the last one, {context.LastNumber ?? -1}.",
        RejectionReason.TooManySteps => $"The bid has {bid.Buy.Length + bid.Sell.Length} steps; at most {Bid.MaxSteps} are taken.",
        RejectionReason.EnergyNotPositive => "Every step's energy must be at least 1 Wh.",
        RejectionReason.PriceOutOfRange =>
            $"Every price must lie from {context.Rules.Floor.MicroEurPerKWh} to {context.Rules.Cap.MicroEurPerKWh} µEUR/kWh.",
        RejectionReason.OffTick => $"Every price and premium must be a multiple of {context.Rules.TickMicroEurPerKWh} µEUR/kWh.",
        RejectionReason.PremiumOutOfRange => $"Every premium must lie from 0 to {context.Rules.Cap.MicroEurPerKWh} µEUR/kWh.",
        RejectionReason.WrongPartner => "A premium for a partner needs a partner, who is not the bidder.",
        RejectionReason.StepsOutOfOrder => "Buy prices must fall strictly, sell prices must rise strictly.",
        RejectionReason.StepsCrossing => $"The highest buy price, {bid.Buy[0].Price}, with the premiums for green and local energy, must be below the lowest sell price, {bid.Sell[0].Price}.",
        RejectionReason.OverCapacity => $"The energies of a side are more than {context.Member!.ConnectionWatts} W carry in a period.",
        RejectionReason.ReservedElsewhere => $"What the member has promised to a balancing service provider leaves {context.Room?.MostBought} to buy and {context.Room?.MostSold} to sell in period {bid.Period}.",
        RejectionReason.InsufficientFunds => $"The bid may cost {bid.WorstCasePayment}; available are {context.AvailableFunds}.",
        RejectionReason.OverMandate => $"The bid may cost {bid.WorstCasePayment}; the mandate leaves {context.LeftOfMandate} of the delivery's day.",
        _ => $"Refused: {reason.Code()}.",
    };
}
