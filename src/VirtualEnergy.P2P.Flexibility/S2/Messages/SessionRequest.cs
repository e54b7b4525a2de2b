namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>One side asks to reconnect or to part.</summary>
public sealed record SessionRequest(Identifier MessageId, SessionRequestKind Request, string? DiagnosticLabel = null) : S2Request(MessageId);
