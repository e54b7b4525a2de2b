namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The power of a mode: the start belongs to factor 0, the end to factor 1. Either may be the larger.</summary>
public sealed record PowerRange(FiniteNumber StartOfRange, FiniteNumber EndOfRange, CommodityQuantity CommodityQuantity);
