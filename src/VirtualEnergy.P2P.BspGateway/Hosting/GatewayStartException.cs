namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>The gateway cannot start as it is configured; the message says in one line what is wrong and what to do.</summary>
public sealed class GatewayStartException(string message, Exception? inner = null) : Exception(message, inner);
