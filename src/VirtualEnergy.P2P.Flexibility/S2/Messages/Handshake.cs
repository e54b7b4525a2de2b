namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The first message of each side.</summary>
/// <param name="SupportedProtocolVersions">What the sender speaks; a resource manager must say.</param>
public sealed record Handshake(Identifier MessageId, EnergyManagementRole Role, ValueList<string>? SupportedProtocolVersions = null) : S2Request(MessageId)
{
    public ValueList<string>? SupportedProtocolVersions { get; } = SupportedProtocolVersions?.Counting(1, int.MaxValue, nameof(SupportedProtocolVersions));
}
