using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What an audit of one metered batch came to.</summary>
/// <param name="First">The first difference; null where all is as it follows from signed readings and trades.</param>
/// <param name="Traded">The metered period as its operator committed to it.</param>
/// <param name="IsMoneyRight">Balances on the chain moved by what follows, whatever else was said. False where that is not known.</param>
public sealed record MeteredAudit(AuditFinding? First, SettledRound Traded, bool IsMoneyRight);
