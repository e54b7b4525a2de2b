namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>What a device is told. It holds until the instant it names; then, or when the node is gone, the device is its own master again, as far as it can by itself.</summary>
/// <param name="Until">When it ends.</param>
public abstract record DeviceOrder(DateTimeOffset Until);

/// <summary>On or off.</summary>
public sealed record SwitchOrder(bool On, DateTimeOffset Until) : DeviceOrder(Until);

/// <summary>Give no more than this.</summary>
/// <param name="MostWatts">W ≥ 0; null without a limit.</param>
public sealed record LimitOrder(long? MostWatts, DateTimeOffset Until) : DeviceOrder(Until);

/// <summary>Charge or discharge at a power.</summary>
/// <param name="Watts">+ charge, − discharge; null leaves it to the device.</param>
public sealed record ChargeOrder(long? Watts, DateTimeOffset Until) : DeviceOrder(Until);
