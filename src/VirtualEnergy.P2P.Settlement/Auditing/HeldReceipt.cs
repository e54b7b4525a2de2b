using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What the exchange acknowledged to the auditor: with it she proves that her bid was left out.</summary>
/// <param name="Bid">The bid that was admitted.</param>
/// <param name="Signature">The exchange's, checked when it came.</param>
public sealed record HeldReceipt(ReceiptedBid Bid, ReceiptSignature Signature);
