namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What is expected for a while.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PowerForecastElement(S2Duration Duration, ValueList<PowerForecastValue> PowerValues)
{
    public ValueList<PowerForecastValue> PowerValues { get; } = PowerValues.Counting(1, 10, nameof(PowerValues));
}
