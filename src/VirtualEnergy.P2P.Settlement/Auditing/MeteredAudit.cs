using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What an audit of one metered batch came to.</summary>
/// <param name="First">The first difference; null where all is as it follows from signed readings and trades.</param>
/// <param name="Traded">The metered period as its operator committed to it.</param>
/// <param name="IsMoneyRight">Balances on the chain moved by what follows, whatever else was said. False where that is not known.</param>
public sealed record MeteredAudit(AuditFinding? First, SettledRound Traded, bool IsMoneyRight)
{
    /// <summary>What is published has the root on the chain: later corrections can be held against it.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>How many corrections begin from a number that the auditor has not seen settled, so that it was taken as published.</summary>
    public int Unseen { get; init; }
}
