using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>
/// How much a home may trade in the local auction of a period without touching what is reserved elsewhere: the answer to an exchange's admission
/// rule "not reserved elsewhere". It needs these two numbers and nothing else of the ledger.
/// </summary>
/// <param name="MostBought">Wh that its buy steps may add up to.</param>
/// <param name="MostSold">Wh that its sell steps may add up to.</param>
public readonly record struct LocalRoom(Energy MostBought, Energy MostSold)
{
    /// <summary>Whether a bid keeps within it. Withdrawing always does.</summary>
    public bool Admits(Bid bid) => LocalBidClaim.Total(bid.Buy) <= MostBought.WattHours && LocalBidClaim.Total(bid.Sell) <= MostSold.WattHours;

    /// <param name="program">The home's program for the period, Wh; + consumption, − production.</param>
    /// <param name="up">Its account upwards.</param>
    /// <param name="down">Its account downwards.</param>
    public static LocalRoom Of(Energy program, HeadroomAccount up, HeadroomAccount down) => new(
        Energy.Max(Energy.Zero, program + Elsewhere(down)),
        Energy.Max(Energy.Zero, Elsewhere(up) - program));

    // What the local market holds already is there to be used again: a new bid takes the place of the one before.
    private static Energy Elsewhere(HeadroomAccount account) => Energy.Max(Energy.Zero, account.Capability - account.Grid - account.Ancillary);
}

/// <summary>
/// What a local bid takes of a home's headroom. In its worst case the auction fills all buy steps, or all sell steps, never both: the home then
/// stands at + bought or − sold, and the way there from its program is what the bid claims.
/// </summary>
/// <remarks>
/// With program P, bought B and sold S (sums of the steps): down = max(0, B − P) if it buys; up = max(0, P + S) if it sells. The ledger's rule
/// claim + reserved elsewhere ≤ capability is then, for the home's least and most net energy, −S − up elsewhere ≥ least and B + down elsewhere ≤ most: at
/// the worst of its local trades the home can still deliver what it has promised to others. A home that buys less than its program stays
/// at its program, as orders are measured from there, and has the rest from its supplier.
/// </remarks>
public static class LocalBidClaim
{
    /// <summary>The claim as lines of a reservation, one for each direction; 0 Wh where the bid moves nothing.</summary>
    /// <param name="bid">An admitted bid: at most 32 steps within the connection.</param>
    /// <param name="program">Wh of the bid's period; + consumption, − production.</param>
    public static ImmutableArray<ReservedEnergy> Of(Bid bid, Energy program)
    {
        var (bought, sold) = (new Energy(checked((long)Total(bid.Buy))), new Energy(checked((long)Total(bid.Sell))));
        var up = sold > Energy.Zero ? Energy.Max(Energy.Zero, program + sold) : Energy.Zero;
        var down = bought > Energy.Zero ? Energy.Max(Energy.Zero, bought - program) : Energy.Zero;
        return [new(new(bid.Member, bid.Period, RegulationDirection.Up), up), new(new(bid.Member, bid.Period, RegulationDirection.Down), down)];
    }

    /// <summary>The claim as a request. The id is the bid's own; the bid before, if it holds something, is replaced in the same step.</summary>
    /// <param name="bid">The bid.</param>
    /// <param name="program">Wh of the bid's period.</param>
    /// <param name="holdUntil">Unix seconds: some time after the round is settled.</param>
    /// <param name="before">The number of the home's bid that this one takes the place of, or null.</param>
    public static ReservationRequest RequestFor(Bid bid, Energy program, long holdUntil, long? before) => new(
        Id(bid, bid.Number), ReservationChannel.LocalMarket, holdUntil, Of(bid, program), before is { } number ? Id(bid, number) : null);

    /// <summary>Int128: 32 × long.MaxValue fits, whatever a bid says.</summary>
    internal static Int128 Total(ImmutableArray<Step> steps)
    {
        var total = Int128.Zero;
        foreach (var step in steps)
        {
            total += step.Energy.WattHours;
        }

        return total;
    }

    // An address, a period and a number, each as long as it can be, are 82 characters.
    private static string Id(Bid bid, long number) => $"{bid.Member}/{bid.Period}/{number}";
}
