namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The energy manager activates one of the offered control types, or none.</summary>
public sealed record SelectControlType(Identifier MessageId, ControlType ControlType) : S2Request(MessageId);
