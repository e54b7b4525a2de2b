using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.Coordination;

/// <summary>Schemes in words, for people and for machines.</summary>
internal static class CoordinationText
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What configuration may say: every scheme by letter and word.</summary>
    public static string Choices => string.Join(", ", CoordinationRules.Schemes.Select(rules => $"{rules.Letter} or {rules.Key}"));

    /// <summary>What a scheme means, over several lines.</summary>
    public static string Explain(CoordinationRules rules) => string.Join(Environment.NewLine, (IEnumerable<string>)
    [
        $"{rules.Letter}  {rules.Key}",
        $"   may reserve: {string.Join(", then ", rules.Ranks.Select(rank => string.Join(" and ", rank.Select(Name))))}",
        $"   clears first: {rules.ClearsFirst}",
        $"   veto of the grid operator: {(rules.GridOperatorMayVeto ? "yes" : "no")}",
        .. rules.Consequences.Select(consequence => $"   - {consequence}"),
        .. Applied(rules).Select(consequence => $"   > {consequence}"),
    ]);

    public static string ExplainJson(IEnumerable<CoordinationRules> schemes) => JsonSerializer.Serialize(schemes.Select(View), Json);

    /// <summary>A scheme as pages and machines have it.</summary>
    public static object View(CoordinationRules rules) => new
    {
        Letter = rules.Letter.ToString(), rules.Key, Ranks = rules.Ranks.Select(rank => rank.Select(Name)), rules.ClearsFirst, rules.GridOperatorMayVeto,
        Consequences = rules.Consequences.ToArray(), Gateway = Applied(rules),
    };

    /// <summary>What the gateway does in this scheme.</summary>
    public static IEnumerable<string> Applied(CoordinationRules rules)
    {
        yield return rules.MayReserve(FlexibilityBuyer.TransmissionOperator)
            ? "The gateway makes offers to the system operator and takes its orders."
            : "The gateway makes no offers to the system operator and refuses its orders.";
        yield return !rules.MayReserve(FlexibilityBuyer.DistributionOperator) ? "It does not start with Bsp:Uftp."
            : rules.HoldsOffersToGridOperator ? "What is offered to a grid operator is set aside from the offer on."
            : "What is offered to either operator is his who takes it first: an offer to the grid operator sets nothing aside, his order does.";
        yield return rules.GridOperatorMayVeto ? "Bsp:Vetoes take points of delivery out." : "It does not start with Bsp:Vetoes.";
    }

    private static string Name(FlexibilityBuyer buyer) => buyer switch
    {
        FlexibilityBuyer.TransmissionOperator => "transmission system operator",
        FlexibilityBuyer.DistributionOperator => "grid operator",
        _ => "traders",
    };
}
