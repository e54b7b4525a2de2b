namespace VirtualEnergy.P2P.Node.Drivers.Discovered;

/// <summary>Where an announced entity says whether it is there.</summary>
/// <param name="Topic">Where that is published.</param>
/// <param name="Value">How it is read.</param>
/// <param name="Online">The word for yes.</param>
/// <param name="Offline">The word for no.</param>
public sealed record AnnouncedAvailability(string Topic, ValueTemplate Value, string Online, string Offline)
{
    /// <summary>What a message says; null where it says neither.</summary>
    public bool? Says(ReadOnlyMemory<byte> payload) => Value.Text(payload) is not { } word ? null : word == Online ? true : word == Offline ? false : null;
}

/// <summary>What several of them mean together. Source: Home Assistant's page on MQTT, availability_mode.</summary>
public enum AvailabilityMode
{
    /// <summary>The last that was said counts.</summary>
    Latest,

    /// <summary>One yes is enough.</summary>
    Any,

    /// <summary>One no is enough.</summary>
    All,
}
