using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>What a device is told to do in one period: the answer to its control space.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Period">The period that the order is for.</param>
public abstract record Allocation(string Device, Period Period);

/// <summary>Run as it comes, but switch off part of it.</summary>
/// <param name="Curtailed">Wh to switch off, ≥ 0.</param>
public sealed record InflexibleAllocation(string Device, Period Period, Energy Curtailed) : Allocation(Device, Period);

/// <summary>Start the waiting run now, or let it wait.</summary>
/// <param name="Start">Whether it starts.</param>
/// <param name="IsHeld">Whether it waits beyond its deadline too: the member has said so.</param>
public sealed record ShiftableAllocation(string Device, Period Period, bool Start, bool IsHeld = false) : Allocation(Device, Period);

/// <summary>Charge or discharge.</summary>
/// <param name="Energy">Wh at the terminals; + charge, − discharge.</param>
public sealed record StorageAllocation(string Device, Period Period, Energy Energy) : Allocation(Device, Period);
