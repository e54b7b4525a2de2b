namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What a device draws or gives at a moment.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PowerMeasurement(Identifier MessageId, DateTimeOffset MeasurementTimestamp, ValueList<PowerValue> Values) : S2Request(MessageId)
{
    public ValueList<PowerValue> Values { get; } = Values.Counting(1, 10, nameof(Values));
}
