using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of power-envelope messages.</summary>
internal static class PebcContent
{
    public static IEnumerable<string> Of(PebcPowerConstraints constraints)
    {
        if (constraints.ValidUntil is { } until)
        {
            foreach (var problem in Rules.Span(constraints.ValidFrom, until, "valid_until"))
            {
                yield return problem;
            }
        }

        foreach (var quantity in constraints.AllowedLimitRanges.GroupBy(range => range.CommodityQuantity))
        {
            foreach (var limit in Enum.GetValues<PowerEnvelopeLimit>().Except(quantity.Select(range => range.LimitType)))
            {
                yield return $"allowed_limit_ranges: {quantity.Key} has no range for its {(limit == PowerEnvelopeLimit.UpperLimit ? "upper" : "lower")} limit";
            }
        }
    }

    public static IEnumerable<string> Of(PebcEnergyConstraint constraint)
    {
        foreach (var problem in Rules.Span(constraint.ValidFrom, constraint.ValidUntil, "valid_until"))
        {
            yield return problem;
        }

        if (constraint.LowerAveragePower > constraint.UpperAveragePower)
        {
            yield return $"lower_average_power {constraint.LowerAveragePower} is above upper_average_power {constraint.UpperAveragePower}";
        }
    }

    public static IEnumerable<string> Of(PebcInstruction instruction) =>
        Rules.Unique(instruction.PowerEnvelopes.Select(envelope => envelope.Id), "power_envelopes: id")
            .Concat(Rules.Unique(instruction.PowerEnvelopes.Select(envelope => envelope.CommodityQuantity), "power_envelopes: quantity"))
            .Concat(instruction.PowerEnvelopes.SelectMany(envelope => envelope.PowerEnvelopeElements).SelectMany(Of));

    private static IEnumerable<string> Of(PebcPowerEnvelopeElement element)
    {
        foreach (var problem in Rules.Lasts(element.Duration, "power_envelope_elements"))
        {
            yield return problem;
        }

        if (element.LowerLimit > element.UpperLimit)
        {
            yield return $"lower_limit {element.LowerLimit} is above upper_limit {element.UpperLimit}";
        }
    }
}
