namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>How full the storage is.</summary>
public sealed record FrbcStorageStatus(Identifier MessageId, FiniteNumber PresentFillLevel) : S2Request(MessageId);
