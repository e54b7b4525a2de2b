using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>What each mechanism does, in a sentence; by the mechanism's name, so that a new one has a sentence before it is known here.</summary>
internal static class MechanismWords
{
    /// <summary>How the price comes about.</summary>
    public static string PriceRule(MechanismKind kind) => kind.Code() switch
    {
        "uniform" => "Each zone has one price for all.",
        "continuous" => "Orders come one after another, and each pair trades at the limit of the one that came first; this is the average of the pairs.",
        "pay-as-bid" => "Each pair has a price of its own, from its two limits; this is the one that stands for the round.",
        "huang" => "The last bid and offer give up their trade and set the prices for the others: buyers pay the one, sellers get the other.",
        "muda" => "The book is split by lot into two halves, and each half trades at the price of the other; this is the one that stands for the round.",
        "curve" => "It is where the sum of all demand curves meets zero.",
        var code => $"Made by the rule of \"{code}\".",
    };

    /// <summary>Why it leaves trades unmade that one price for all would make.</summary>
    public static string GivesUp(MechanismKind kind) => kind.Code() switch
    {
        "huang" => "the last trades are given up so that no bidder can move her own price, and bidding the truth pays best.",
        "muda" => "each half of the book trades at the other half's price so that nobody can move her own, and what that price does not match is drawn by lot.",
        "curve" => "there an actor's orders are one demand curve, and what she would buy from herself is not traded.",
        var code => $"\"{code}\" does not make every trade that one price would.",
    };
}
