namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A power in the unit of its quantity; + consumption, − production.</summary>
public sealed record PowerValue(CommodityQuantity CommodityQuantity, FiniteNumber Value);
