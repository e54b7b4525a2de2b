namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The version that the energy manager chose for the session.</summary>
public sealed record HandshakeResponse(Identifier MessageId, string SelectedProtocolVersion) : S2Request(MessageId);
