namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>
/// The reasons that are given in acknowledgements. Source: ENTSO-E code lists, version 91 of 2023-12-14, list of reason codes;
/// the words are ours. A test holds every one against that list.
/// </summary>
public static class ReasonCode
{
    /// <summary>The whole message is accepted.</summary>
    public const string Accepted = "A01";

    /// <summary>The whole message is refused; the reasons that follow say why.</summary>
    public const string Rejected = "A02";

    /// <summary>An interval is wrong or lies outside the document's.</summary>
    public const string TimeInterval = "A04";

    /// <summary>The sender has no contract with the receiver.</summary>
    public const string NoContract = "A05";

    /// <summary>One of the parties of a series is not right.</summary>
    public const string Party = "A22";

    /// <summary>An area is unknown.</summary>
    public const string Area = "A23";

    /// <summary>A resolution that does not fit or is not used here.</summary>
    public const string Resolution = "A41";

    /// <summary>A quantity is out of bounds or has too many digits.</summary>
    public const string Quantity = "A42";

    /// <summary>A quantity has a sign where its direction says it.</summary>
    public const string Signed = "A46";

    /// <summary>A position is missing, or there are too many.</summary>
    public const string Position = "A49";

    /// <summary>The identification is known already, or a higher revision is.</summary>
    public const string Version = "A51";

    /// <summary>It is meant for somebody else.</summary>
    public const string Receiver = "A53";

    /// <summary>A series' identification is there twice.</summary>
    public const string SeriesId = "A55";

    /// <summary>It came after its gate had closed.</summary>
    public const string Deadline = "A57";

    /// <summary>Right by the schema, not by the rules of this market.</summary>
    public const string LocalRules = "A59";

    /// <summary>No currency of this market.</summary>
    public const string Currency = "A61";

    /// <summary>No business type of this document.</summary>
    public const string BusinessType = "A62";

    /// <summary>A resource is unknown or its identifier is wrong.</summary>
    public const string Resource = "A64";

    /// <summary>Something that must be there is missing.</summary>
    public const string Missing = "A69";

    /// <summary>The sender's identifier or role is wrong.</summary>
    public const string Sender = "A78";

    /// <summary>No process type of this document.</summary>
    public const string Process = "A79";

    /// <summary>A domain is unknown.</summary>
    public const string Domain = "A80";

    /// <summary>It cannot be processed at all.</summary>
    public const string Unprocessable = "A94";

    /// <summary>More words to another reason.</summary>
    public const string Complementary = "A95";

    /// <summary>A price beyond the market's floor or cap.</summary>
    public const string PriceLimits = "B51";
}
