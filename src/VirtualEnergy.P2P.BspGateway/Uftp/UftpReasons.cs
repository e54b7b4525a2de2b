namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Reasons that more than one place gives or knows; the words are the specification's.</summary>
internal static class UftpReasons
{
    /// <summary>The same message came before; to its sender that is as good as acceptance.</summary>
    public const string AlreadySubmitted = "Already Submitted";

    public const string Subordinate = "Subordinate sequence number";

    public const string OtherPeriod = "Reference Period mismatch";

    public const string Expired = "Reference message expired";

    public const string Revoked = "Reference message revoked";

    public const string Procured = "Flexibility procured";

    public static string Unknown(string reference) => $"Unknown MessageID reference ({reference})";
}
