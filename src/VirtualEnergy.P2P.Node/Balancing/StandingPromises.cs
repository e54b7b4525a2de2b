using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>What a home has promised and is not over yet.</summary>
/// <remarks>
/// The home is planned as if all of it were called. Afterwards its stores hold least if what was promised is up, and most if it is down; so what that plan can still give the same way it can
/// give in any case, and what it could give the other way it cannot be sure of.
/// </remarks>
/// <param name="End">The period after the last that is promised.</param>
/// <param name="Up">Something is promised upwards.</param>
/// <param name="Down">Something is promised downwards.</param>
internal readonly record struct StandingPromises(Period End, bool Up, bool Down);
