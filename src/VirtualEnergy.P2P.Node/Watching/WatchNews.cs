using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>What a watching node has found or done.</summary>
public enum WatchStep
{
    /// <summary>A settled round follows from its bids.</summary>
    Good,

    /// <summary>A settled metered batch follows from signed readings and trades.</summary>
    GoodMetering,

    /// <summary>A settled round, or metered batch, does not; the finding says how.</summary>
    Different,

    /// <summary>Data were demanded on the chain.</summary>
    Demanded,

    /// <summary>The operator showed what was demanded.</summary>
    Shown,

    /// <summary>The judge took a proof: the escrow is frozen.</summary>
    Proved,

    /// <summary>The fraudulent period and all after it are undone.</summary>
    RolledBack,

    /// <summary>All that the member has was asked for: what was found cannot be proved.</summary>
    Asked,

    /// <summary>The member was paid all that she had.</summary>
    Left,
}

/// <param name="Period">The round in question; the last one that stands, for what concerns all.</param>
/// <param name="Finding">What was found, and where it is acted on again, why.</param>
public sealed record WatchNews(WatchStep Step, Period Period, AuditFinding? Finding = null);
