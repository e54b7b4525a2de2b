namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>Why the ledger did nothing. The codes (<see cref="LedgerRefusals.Code"/>) are stable.</summary>
public enum LedgerRefusal
{
    /// <summary>Not an id, no or too many lines, a key twice, or an energy below 0 or beyond a GWh.</summary>
    Malformed = 1,

    /// <summary>The period is over for the ledger.</summary>
    PeriodClosed,

    /// <summary>The home has not said what it can do in the period.</summary>
    NoCapability,

    /// <summary>Less is free than was asked for.</summary>
    NotEnoughFree,

    /// <summary>The id belongs to another request, or this one was confirmed with other energies.</summary>
    IdReused,

    /// <summary>No reservation has this id.</summary>
    UnknownReservation,

    /// <summary>The reservation was released, or replaced, before.</summary>
    AlreadyReleased,

    /// <summary>What is to be replaced is not a hold of the same channel.</summary>
    NotReplaceable,

    /// <summary>More was confirmed than is held.</summary>
    MoreThanHeld,

    /// <summary>The ledger keeps as many accounts as it may; periods that are over must be closed.</summary>
    Full,
}

/// <summary>The codes and sentences of refusals.</summary>
public static class LedgerRefusals
{
    public static string Code(this LedgerRefusal refusal) => refusal switch
    {
        LedgerRefusal.Malformed => "malformed",
        LedgerRefusal.PeriodClosed => "period-closed",
        LedgerRefusal.NoCapability => "no-capability",
        LedgerRefusal.NotEnoughFree => "not-enough-free",
        LedgerRefusal.IdReused => "id-reused",
        LedgerRefusal.UnknownReservation => "unknown-reservation",
        LedgerRefusal.AlreadyReleased => "already-released",
        LedgerRefusal.NotReplaceable => "not-replaceable",
        LedgerRefusal.MoreThanHeld => "more-than-held",
        LedgerRefusal.Full => "full",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal."),
    };

    /// <summary>One sentence for people: what the rule wants.</summary>
    public static string Sentence(this LedgerRefusal refusal) => refusal switch
    {
        LedgerRefusal.Malformed => $"An id has 1 to {ReservationRequest.MaxIdLength} printable characters; each key stands once, with 0 to 1 GWh, in 1 to {ReservationRequest.MaxLines} lines.",
        LedgerRefusal.PeriodClosed => "The period is closed; nothing more can be declared, reserved or confirmed for it.",
        LedgerRefusal.NoCapability => "The home has not declared what it can do in that period.",
        LedgerRefusal.NotEnoughFree => "Less is free than was asked for; nothing was reserved.",
        LedgerRefusal.IdReused => "The id was used for something else; every request needs an id of its own.",
        LedgerRefusal.UnknownReservation => "No reservation has this id.",
        LedgerRefusal.AlreadyReleased => "The reservation was released or replaced before.",
        LedgerRefusal.NotReplaceable => "Only a hold of the same channel can be replaced.",
        LedgerRefusal.MoreThanHeld => "No more can be confirmed than is held.",
        LedgerRefusal.Full => "The ledger is full; close the periods that are over.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal."),
    };
}

/// <summary>What the ledger says to a request; by then it is on disk.</summary>
/// <param name="Refusal">Null when granted.</param>
public readonly record struct LedgerAnswer(LedgerRefusal? Refusal)
{
    public static readonly LedgerAnswer Granted;

    public bool IsGranted => Refusal is null;

    public override string ToString() => Refusal?.Code() ?? "granted";
}
