namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What became of a message; the one message that has no id and gets no answer.</summary>
public sealed record ReceptionStatus(Identifier SubjectMessageId, ReceptionStatusValue Status, string? DiagnosticLabel = null) : S2Message;
