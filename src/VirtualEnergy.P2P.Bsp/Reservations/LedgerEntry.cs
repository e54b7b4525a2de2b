using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>One thing that happened to the ledger. The ledger is the sum of its entries, in order, and nothing else.</summary>
internal abstract record LedgerEntry;

/// <summary>Homes say what they can do; a later entry for the same home and period counts instead of an earlier one.</summary>
internal sealed record CapabilityEntry(ImmutableArray<HomeCapability> Homes) : LedgerEntry;

/// <summary>Headroom is set aside.</summary>
internal sealed record HoldEntry(ReservationRequest Request) : LedgerEntry;

/// <summary>A hold was sold, all of it or in part; what was not sold is free again.</summary>
internal sealed record ConfirmEntry(string Id, ImmutableArray<ReservedEnergy> Sold) : LedgerEntry;

/// <summary>A hold or a sale was given back.</summary>
internal sealed record ReleaseEntry(string Id) : LedgerEntry;

/// <summary>Everything before this period is over and forgotten.</summary>
internal sealed record CloseEntry(Period FirstOpen) : LedgerEntry;

/// <summary>Stands first in a log that takes the place of a longer one.</summary>
/// <param name="Before">The head of the log before.</param>
/// <param name="FirstOpen">Its first open period.</param>
internal sealed record ContinueEntry(Hash256 Before, Period FirstOpen) : LedgerEntry;

/// <summary>A reservation as it stood in the log before. Follows a <see cref="ContinueEntry"/>, before anything new.</summary>
internal sealed record CarryEntry(Reservation Reservation) : LedgerEntry;
