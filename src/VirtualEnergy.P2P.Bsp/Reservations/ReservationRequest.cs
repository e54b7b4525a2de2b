using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>What somebody wants set aside, all of it or nothing.</summary>
/// <param name="Id">Unique for ever: 1 to 96 printable ASCII characters. The same request under the same id is answered, not counted, again.</param>
/// <param name="Channel">For which market.</param>
/// <param name="HoldUntil">Unix seconds; a hold that nobody confirmed by then may be let go.</param>
/// <param name="Lines">At least one, each key once; an energy of 0 reserves nothing and holds the place of one that may come.</param>
/// <param name="Replaces">A hold of the same channel that this one takes the place of, in one step; or null.</param>
public sealed record ReservationRequest(
    string Id, ReservationChannel Channel, long HoldUntil, ImmutableArray<ReservedEnergy> Lines, string? Replaces = null)
{
    public const int MaxIdLength = 96;

    /// <summary>More than an offer of 10,000 homes over an hour has.</summary>
    public const int MaxLines = 100_000;

    /// <summary>1 GWh for one home in one period: far above any home, and sums of it are far below 2⁶³.</summary>
    public static readonly Energy MaxEnergy = new(1_000_000_000);

    public bool Equals(ReservationRequest? other) =>
        other is not null && Id == other.Id && Channel == other.Channel && HoldUntil == other.HoldUntil && Replaces == other.Replaces
        && Canonical(Lines).AsSpan().SequenceEqual(Canonical(other.Lines).AsSpan());

    public override int GetHashCode() => HashCode.Combine(Id, Channel, HoldUntil, Lines.Length);

    internal static ImmutableArray<ReservedEnergy> Canonical(ImmutableArray<ReservedEnergy> lines) =>
        lines.Sort(static (a, b) => a.Key.CompareTo(b.Key));

    internal static bool IsId(string? id) => id is { Length: > 0 and <= MaxIdLength } && !id.AsSpan().ContainsAnyExceptInRange('!', '~');
}

/// <summary>How far a reservation has come.</summary>
public enum ReservationStage
{
    /// <summary>Set aside, not yet sold.</summary>
    Held,

    /// <summary>Sold: kept until it is released, whatever the time.</summary>
    Confirmed,

    /// <summary>Given back.</summary>
    Released,
}

/// <summary>A reservation as it stands.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Lines">What it takes now, in canonical order: as requested while held, what was sold once confirmed, nothing when released.</param>
public sealed record Reservation(ReservationRequest Request, ReservationStage Stage, ImmutableArray<ReservedEnergy> Lines);
