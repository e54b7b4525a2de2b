namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>Why a home's message was left out: stable codes, counted and logged once for each home.</summary>
internal static class IntakeCode
{
    /// <summary>The topic's member is none of the portfolio.</summary>
    public const string Unknown = "unknown-home";

    /// <summary>Not JSON of its kind, too large, or another member's than the topic's.</summary>
    public const string Malformed = "malformed";

    /// <summary>Not signed by the home in this market, or meant for another provider.</summary>
    public const string Signature = "wrong-signature";

    /// <summary>Not newer than what is known: a repetition, or old words played back.</summary>
    public const string Old = "old";

    /// <summary>More at a time than are taken from one home.</summary>
    public const string TooMany = "too-many";

    /// <summary>A sample without a session, or whose key is not the next of its chain.</summary>
    public const string Chain = "wrong-chain";

    /// <summary>A power that the home's connection cannot carry, or a time far from now.</summary>
    public const string Impossible = "impossible";

    /// <summary>The meter is silent; the sample says so itself.</summary>
    public const string NotMeasured = "not-measured";
}
