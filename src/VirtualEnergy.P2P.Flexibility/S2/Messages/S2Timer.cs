namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A clock that a transition starts and that blocks transitions until it has run down.</summary>
public sealed record S2Timer(Identifier Id, S2Duration Duration, string? DiagnosticLabel = null);
