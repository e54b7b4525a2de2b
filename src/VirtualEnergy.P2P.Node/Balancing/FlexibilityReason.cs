namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>Why an order is refused, or falls short: stable codes (docs/messages.md).</summary>
public static class FlexibilityReason
{
    public const string TooLarge = "too-large";
    public const string Malformed = "malformed";
    public const string WrongSignature = "wrong-signature";
    public const string StaleNumber = "stale-number";
    public const string NotConsented = "not-consented";
    public const string NotOffered = "not-offered";
    public const string TooMuch = "too-much";
    public const string Price = "price";
    public const string Overlaps = "overlaps";
    public const string UnknownOrder = "unknown-order";
    public const string Over = "over";
    public const string NotKept = "not-kept";

    /// <summary>Accepted, but the home cannot hold all of it: what comes first left no more.</summary>
    public const string Devices = "devices";
}
