using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The demand that is expected, from a moment on.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record DdbcAverageDemandRateForecast(
    Identifier MessageId, DateTimeOffset StartTime, ValueList<DdbcAverageDemandRateForecastElement> Elements)
    : S2Request(MessageId)
{
    public ValueList<DdbcAverageDemandRateForecastElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));
}

/// <summary>The demand for a while.</summary>
public sealed record DdbcAverageDemandRateForecastElement(
    S2Duration Duration, FiniteNumber DemandRateExpected,
    [property: JsonPropertyName("demand_rate_upper_limit")] FiniteNumber? DemandRateUpperLimit = null,
    [property: JsonPropertyName("demand_rate_upper_95PPR")] FiniteNumber? DemandRateUpper95 = null,
    [property: JsonPropertyName("demand_rate_upper_68PPR")] FiniteNumber? DemandRateUpper68 = null,
    [property: JsonPropertyName("demand_rate_lower_68PPR")] FiniteNumber? DemandRateLower68 = null,
    [property: JsonPropertyName("demand_rate_lower_95PPR")] FiniteNumber? DemandRateLower95 = null,
    [property: JsonPropertyName("demand_rate_lower_limit")] FiniteNumber? DemandRateLowerLimit = null);
