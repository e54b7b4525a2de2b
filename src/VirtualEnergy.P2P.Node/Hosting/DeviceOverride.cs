namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>The member's word for one device: it goes before every plan, and it ends.</summary>
/// <param name="Device">Its name in the plan.</param>
/// <param name="IsOn">On or off, as <see cref="Flexibility.FixedDevice"/> says.</param>
/// <param name="Until">When the plan has it again.</param>
public readonly record struct DeviceOverride(string Device, bool IsOn, DateTimeOffset Until);
