using System.Globalization;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>What a refusal's code means to the person who reads it, and the codes that only a broker's messages can have.</summary>
internal static class CurveRefusalText
{
    /// <summary>The bid names another session: it was made before the matcher was started again.</summary>
    public static readonly CurveRefusal OtherSession = new("other-session");

    /// <summary>The signature is not the agent's.</summary>
    public static readonly CurveRefusal WrongSignature = new("wrong-signature");

    public static string Of(CurveRefusal refusal, CurveMarketMessage market) => refusal.Code switch
    {
        "length" => string.Create(CultureInfo.InvariantCulture, $"A curve here has a demand for each of {market.Basis.PriceSteps} price steps."),
        "increasing" => "A demand rises with the price somewhere.",
        "out-of-range" => "A demand is beyond 1 GW.",
        "sum-out-of-range" => "With this curve the sum could pass what may be stated here.",
        "not-allowed" => "The agent is not on the list of those who may bid here.",
        "full" => "There is no room for another agent here.",
        "expired" => "The bid was over when it came; is the clock right?",
        "expiry-too-far" => string.Create(CultureInfo.InvariantCulture, $"Bids count for {market.BidLifetime} ms here; is the clock right?"),
        "stale-number" => string.Create(CultureInfo.InvariantCulture, $"The last number was {refusal.LastNumber}."),
        "other-session" => string.Create(CultureInfo.InvariantCulture, $"Bids are for session {market.Session} now: read the description again."),
        "wrong-signature" => "The signature is not the agent's over this bid.",
        _ => refusal.Code,
    };
}
