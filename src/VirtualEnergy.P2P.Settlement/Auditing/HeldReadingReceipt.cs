using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// What the exchange acknowledged of a meter's: the reading counts, or a later one. It was settled by an estimate all the same if the receipt came after the period was
/// settled, and then the next metered period carries the difference.
/// </summary>
/// <param name="Reading">The reading's hash, member, period and number, as the exchange signed them.</param>
/// <param name="DueBy">The first period whose result was heard after the receipt: what was metered of it was computed later still, and so knows the reading.</param>
public sealed record HeldReadingReceipt(ReceiptedBid Reading, Period DueBy)
{
    /// <summary>A day of quarter hours less than an exchange corrects: what came on the last day may have come too late to be carried.</summary>
    private const int LongestAgo = MeteringHistory.Kept - 97;

    /// <summary>Whether a metered period is late enough to know the reading, and the reading's not too long ago.</summary>
    public bool IsDueIn(Period metered) => DueBy <= metered && Reading.Period < metered && metered.Index - Reading.Period.Index < LongestAgo;
}
