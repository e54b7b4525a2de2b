namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Takes a description, constraint or instruction back.</summary>
public sealed record RevokeObject(Identifier MessageId, RevokableObject ObjectType, Identifier ObjectId) : S2Request(MessageId);
