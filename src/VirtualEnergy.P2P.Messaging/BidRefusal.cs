using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>Why a payload is not a bid, with what could still be read of it, so that its sender can be answered.</summary>
/// <param name="Reason"><see cref="RejectionReason.TooLarge"/>, <see cref="RejectionReason.Malformed"/> or <see cref="RejectionReason.TooManySteps"/>.</param>
/// <param name="Detail">What is wrong and where; one line.</param>
/// <param name="Period">The bid's period, where it could be read.</param>
/// <param name="Number">The bid's number, where it could be read.</param>
public sealed record BidRefusal(RejectionReason Reason, string Detail, Period? Period = null, long? Number = null);
