namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What a device expects to draw or give, from a moment on.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PowerForecast(Identifier MessageId, DateTimeOffset StartTime, ValueList<PowerForecastElement> Elements) : S2Request(MessageId)
{
    public ValueList<PowerForecastElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));
}
