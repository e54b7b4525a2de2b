using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>One buyer, one seller, one price. The buyer pays exactly what the seller and the two accounts get.</summary>
/// <param name="Energy">Wh, positive.</param>
/// <param name="Price">What the seller gets, µEUR/kWh.</param>
public readonly record struct Trade(MemberId Buyer, MemberId Seller, Energy Energy, Price Price)
{
    /// <summary>What the buyer pays on top to the grid operator, µEUR/kWh.</summary>
    public Price GridFee { get; init; }

    /// <summary>What the buyer pays on top to the community's account, µEUR/kWh.</summary>
    public Price Spread { get; init; }

    /// <summary>What is known of the energy's origin.</summary>
    public Quality Quality { get; init; }

    /// <summary>µEUR from buyer to seller; negative when the price is.</summary>
    public Money Amount => Price.Of(Energy);

    /// <summary>µEUR from the buyer to the grid operator.</summary>
    public Money GridFeeAmount => GridFee.Of(Energy);

    /// <summary>µEUR from the buyer to the community.</summary>
    public Money SpreadAmount => Spread.Of(Energy);

    /// <summary>µEUR that leave the buyer: each part rounded once, then added.</summary>
    public Money BuyerPays => Amount + GridFeeAmount + SpreadAmount;

    /// <summary>What a kWh costs the buyer in all, µEUR/kWh.</summary>
    public Price BuyerPrice => new(checked(Price.MicroEurPerKWh + GridFee.MicroEurPerKWh + Spread.MicroEurPerKWh));
}

/// <summary>A member's or an account's net money of one round: + is received, − is paid. µEUR.</summary>
public readonly record struct MemberDelta(MemberId Member, Money Delta);
