namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A range of numbers; which order its ends must have is said where it is used.</summary>
public sealed record NumberRange(FiniteNumber StartOfRange, FiniteNumber EndOfRange);
