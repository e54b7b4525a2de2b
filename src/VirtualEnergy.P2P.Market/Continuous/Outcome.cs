namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>Why a book refused an operation; a refused operation changes nothing. The codes are stable.</summary>
public enum BookRefusal
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>The side or the type is none of the known ones.</summary>
    UnknownKind,

    /// <summary>Zero or negative energy.</summary>
    EnergyNotPositive,

    /// <summary>The price is below the floor or above the cap.</summary>
    PriceOutOfRange,

    /// <summary>The price is not a multiple of the tick.</summary>
    OffTick,

    /// <summary>The order's expiry has passed on arrival.</summary>
    Expired,

    /// <summary>An order with this id rests.</summary>
    DuplicateId,

    /// <summary>As many orders rest as the rules allow. Orders that cannot rest are still taken.</summary>
    BookFull,

    /// <summary>No order with this id rests.</summary>
    UnknownId,

    /// <summary>The order belongs to somebody else.</summary>
    NotTheOwner,

    /// <summary>The instant lies before the book's own.</summary>
    TimeRunsBack,
}

public static class BookRefusals
{
    /// <summary>The reason in kebab case, as people and peers see it: <c>duplicate-id</c>.</summary>
    public static string Code(this BookRefusal refusal) => refusal switch
    {
        BookRefusal.None => "none",
        BookRefusal.UnknownKind => "unknown-kind",
        BookRefusal.EnergyNotPositive => "energy-not-positive",
        BookRefusal.PriceOutOfRange => "price-out-of-range",
        BookRefusal.OffTick => "off-tick",
        BookRefusal.Expired => "expired",
        BookRefusal.DuplicateId => "duplicate-id",
        BookRefusal.BookFull => "book-full",
        BookRefusal.UnknownId => "unknown-id",
        BookRefusal.NotTheOwner => "not-the-owner",
        BookRefusal.TimeRunsBack => "time-runs-back",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without a code."),
    };
}

/// <summary>What became of an operation's energy: traded, resting and dropped together are what was asked for.</summary>
/// <param name="Refusal">When not <see cref="BookRefusal.None"/>, the energies are zero.</param>
/// <param name="Traded">Wh executed by the operation.</param>
/// <param name="Resting">Wh that wait in the book after it.</param>
/// <param name="Dropped">Wh that will not trade: the rest of a market or immediate order, or what was withdrawn.</param>
public readonly record struct Outcome(BookRefusal Refusal, Energy Traded, Energy Resting, Energy Dropped)
{
    public bool IsAccepted => Refusal == BookRefusal.None;

    internal static Outcome Refused(BookRefusal refusal) => new(refusal, default, default, default);
}
