using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>
/// A device that is not the plan's to move for a while: the member has decided, or nobody reaches it. A store that is on charges as fast as it can,
/// an appliance that is on starts at once; what is off neither takes nor gives, and an appliance waits, beyond its deadline if need be.
/// </summary>
/// <param name="Device">Its name in the plan.</param>
/// <param name="IsOn">On or off.</param>
/// <param name="Until">The first period in which it is the plan's again.</param>
public readonly record struct FixedDevice(string Device, bool IsOn, Period Until);
