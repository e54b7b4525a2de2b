namespace VirtualEnergy.P2P.Messaging;

/// <summary>One message as it came or as it will go.</summary>
/// <param name="Retain">On the way in: it was published before the subscription. On the way out: the broker keeps it.</param>
/// <param name="MayBeDuplicate">The broker says that it may have delivered this before (QoS 1). Absence promises nothing.</param>
public sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload, bool Retain = false, bool MayBeDuplicate = false);
