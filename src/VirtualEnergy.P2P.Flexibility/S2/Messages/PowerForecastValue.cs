using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>An expected power with the bands in which it will lie with a probability of 68 %, 95 % and 100 %.</summary>
public sealed record PowerForecastValue(
    CommodityQuantity CommodityQuantity, FiniteNumber ValueExpected,
    [property: JsonPropertyName("value_upper_limit")] FiniteNumber? ValueUpperLimit = null,
    [property: JsonPropertyName("value_upper_95PPR")] FiniteNumber? ValueUpper95 = null,
    [property: JsonPropertyName("value_upper_68PPR")] FiniteNumber? ValueUpper68 = null,
    [property: JsonPropertyName("value_lower_68PPR")] FiniteNumber? ValueLower68 = null,
    [property: JsonPropertyName("value_lower_95PPR")] FiniteNumber? ValueLower95 = null,
    [property: JsonPropertyName("value_lower_limit")] FiniteNumber? ValueLowerLimit = null);
