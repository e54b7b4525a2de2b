namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>Anvil is missing, stopped before it listened, or took too long. The message says which, and what to do.</summary>
public sealed class AnvilStartException(string message, Exception? inner = null) : Exception(message, inner);
