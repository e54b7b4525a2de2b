using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Admission;

/// <summary>
/// What a home has promised outside of the local market, as it signed it: to be able to change its program by some power, in each of these periods, when a balancing
/// service provider calls.
/// </summary>
/// <param name="Member">The home.</param>
/// <param name="Bsp">To whom.</param>
/// <param name="Id">Of the provider's order.</param>
/// <param name="First">The first period.</param>
/// <param name="Program">The program that is changed, Wh of each period; + from the grid.</param>
public sealed record HomePromise(MemberId Member, MemberId Bsp, long Id, Period First, ImmutableArray<Energy> Program)
{
    /// <summary>The first period after it.</summary>
    public Period End => new(First.Index + Program.Length);

    public bool Covers(Period period) => period >= First && period < End;

    public bool Overlaps(HomePromise other) => First < other.End && other.First < End;

    /// <summary>What is left for the local auction of a period that it covers.</summary>
    public PromisedRoom RoomIn(Period period) => PromisedRoom.Of(Program[(int)(period.Index - First.Index)]);

    /// <summary>Whether both name the same order.</summary>
    public bool IsSameOrder(HomePromise other) => Member == other.Member && Bsp == other.Bsp && Id == other.Id;

    public bool Equals(HomePromise? other) =>
        other is not null && IsSameOrder(other) && First == other.First && Program.AsSpan().SequenceEqual(other.Program.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Bsp, Id, First);
}

/// <summary>
/// How much a home may trade in the local auction of a period for which it has promised a change of its program elsewhere: its program, and nothing beside it.
/// </summary>
/// <remarks>
/// The rule of the ledger of flexibility (docs/dispatch.md) for a home of which an exchange knows no more than what it has promised: bought ≤ max(0, program), sold ≤
/// max(0, −program). At the worst of its local trades the home is then at its program, or short of it with the rest from its supplier, and the whole change that it promised is still there.
/// </remarks>
/// <param name="MostBought">Wh that its buy steps may add up to.</param>
/// <param name="MostSold">Wh that its sell steps may add up to.</param>
public readonly record struct PromisedRoom(Energy MostBought, Energy MostSold)
{
    /// <param name="program">Wh of the period; + from the grid.</param>
    public static PromisedRoom Of(Energy program) => new(Energy.Max(Energy.Zero, program), Energy.Max(Energy.Zero, -program));

    /// <summary>Whether a bid keeps within it. Withdrawing always does.</summary>
    public bool Admits(Bid bid) => AdmissionRules.Total(bid.Buy) <= MostBought.WattHours && AdmissionRules.Total(bid.Sell) <= MostSold.WattHours;
}
