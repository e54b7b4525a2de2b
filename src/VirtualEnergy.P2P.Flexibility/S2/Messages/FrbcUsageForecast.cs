using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What will be taken out of the storage, from a moment on.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record FrbcUsageForecast(Identifier MessageId, DateTimeOffset StartTime, ValueList<FrbcUsageForecastElement> Elements) : S2Request(MessageId)
{
    public ValueList<FrbcUsageForecastElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));
}

/// <summary>The usage for a while, fill level per second; + empties the storage.</summary>
public sealed record FrbcUsageForecastElement(
    S2Duration Duration, FiniteNumber UsageRateExpected,
    [property: JsonPropertyName("usage_rate_upper_limit")] FiniteNumber? UsageRateUpperLimit = null,
    [property: JsonPropertyName("usage_rate_upper_95PPR")] FiniteNumber? UsageRateUpper95 = null,
    [property: JsonPropertyName("usage_rate_upper_68PPR")] FiniteNumber? UsageRateUpper68 = null,
    [property: JsonPropertyName("usage_rate_lower_68PPR")] FiniteNumber? UsageRateLower68 = null,
    [property: JsonPropertyName("usage_rate_lower_95PPR")] FiniteNumber? UsageRateLower95 = null,
    [property: JsonPropertyName("usage_rate_lower_limit")] FiniteNumber? UsageRateLowerLimit = null);
