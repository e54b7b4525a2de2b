using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>A bid that was read, and what is known of it before it is judged.</summary>
internal sealed class ExaminedBid
{
    /// <summary>Null where the payload could not be read.</summary>
    public SignedBid? Signed { get; init; }

    /// <summary>The answer, where it is known already.</summary>
    public BidReceipt? Receipt { get; init; }

    /// <summary>Whether the signature is the member's; null until it was asked.</summary>
    public bool? IsSigned { get; set; }
}
