using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>
/// The ledger's state and its rules: what may happen (<see cref="Objection"/>) and what it does (<see cref="Apply"/>). An entry is applied only if
/// nothing speaks against it, when it is new as when it is read again.
/// </summary>
internal sealed class LedgerBooks(int maxAccounts)
{
    private readonly Dictionary<HeadroomKey, HeadroomAccount> _accounts = [];
    private readonly Dictionary<string, Reservation> _reservations = [];

    private bool _isUntouched = true;
    private bool _takesCarried;

    public Period FirstOpen { get; private set; } = new(long.MinValue);

    public IEnumerable<KeyValuePair<HeadroomKey, HeadroomAccount>> Accounts => _accounts;

    public IEnumerable<Reservation> Reservations => _reservations.Values;

    public HeadroomAccount? Account(HeadroomKey key) => _accounts.TryGetValue(key, out var account) ? account : null;

    public Reservation? Find(string id) => _reservations.GetValueOrDefault(id);

    public LedgerRefusal? Objection(LedgerEntry entry) => entry switch
    {
        CapabilityEntry capability => Against(capability),
        HoldEntry hold => Against(hold.Request),
        ConfirmEntry confirm => Against(confirm),
        ReleaseEntry release => Against(release),
        ContinueEntry => _isUntouched ? null : LedgerRefusal.Malformed,
        CarryEntry carry => Against(carry.Reservation),
        CloseEntry close => close.FirstOpen > FirstOpen ? null : LedgerRefusal.PeriodClosed,
        _ => LedgerRefusal.Malformed,
    };

    /// <summary>Entries that lead to the same books from nothing.</summary>
    /// <param name="before">The head of the log that they take the place of.</param>
    public IEnumerable<LedgerEntry> Summary(Hash256 before) =>
    [
        new ContinueEntry(before, FirstOpen),
        .. _accounts.Keys.Where(key => key.Direction == RegulationDirection.Up).Order()
            .Select(key => new HomeCapability(key.Home, key.Period, _accounts[key].Capability, _accounts[key with { Direction = RegulationDirection.Down }].Capability))
            .Chunk(ReservationRequest.MaxLines / 10).Select(homes => new CapabilityEntry([.. homes])),
        .. _reservations.Values.OrderBy(known => known.Request.Id, StringComparer.Ordinal).Select(known => new CarryEntry(known)),
    ];

    public void Apply(LedgerEntry entry)
    {
        _takesCarried = entry is ContinueEntry || (_takesCarried && entry is CarryEntry or CapabilityEntry);
        _isUntouched = false;
        switch (entry)
        {
            case ContinueEntry start:
                FirstOpen = start.FirstOpen;
                break;
            case CarryEntry { Reservation: var carried }:
                Put(carried with { Lines = [] }, carried.Lines);
                break;
            case CapabilityEntry capability:
                foreach (var home in capability.Homes)
                {
                    Declare(new(home.Home, home.Period, RegulationDirection.Up), home.Up);
                    Declare(new(home.Home, home.Period, RegulationDirection.Down), home.Down);
                }

                break;
            case HoldEntry { Request: var request }:
                if (request.Replaces is { } replaced)
                {
                    Put(_reservations[replaced] with { Stage = ReservationStage.Released }, []);
                }

                Put(new(request, ReservationStage.Held, []), ReservationRequest.Canonical(request.Lines));
                break;
            case ConfirmEntry confirm:
                Put(_reservations[confirm.Id] with { Stage = ReservationStage.Confirmed }, ReservationRequest.Canonical(confirm.Sold));
                break;
            case ReleaseEntry release:
                Put(_reservations[release.Id] with { Stage = ReservationStage.Released }, []);
                break;
            case CloseEntry close:
                Close(close.FirstOpen);
                break;
        }
    }

    private LedgerRefusal? Against(CapabilityEntry entry)
    {
        var fresh = 0;
        foreach (var home in entry.Homes)
        {
            if (string.IsNullOrEmpty(home.Home.Value) || home.Home.Value.Length > ReservationRequest.MaxIdLength || !IsMagnitude(home.Up) || !IsMagnitude(home.Down))
            {
                return LedgerRefusal.Malformed;
            }

            if (home.Period < FirstOpen)
            {
                return LedgerRefusal.PeriodClosed;
            }

            fresh += _accounts.ContainsKey(new(home.Home, home.Period, RegulationDirection.Up)) ? 0 : 2;
        }

        return entry.Homes.Length > ReservationRequest.MaxLines ? LedgerRefusal.Malformed
            : _accounts.Count + fresh > maxAccounts ? LedgerRefusal.Full
            : null;
    }

    private LedgerRefusal? Against(ReservationRequest request)
    {
        if (!ReservationRequest.IsId(request.Id) || !Enum.IsDefined(request.Channel) || !AreLines(request.Lines) || request.Lines.IsEmpty)
        {
            return LedgerRefusal.Malformed;
        }

        if (_reservations.TryGetValue(request.Id, out var known))
        {
            return known.Stage == ReservationStage.Released ? LedgerRefusal.AlreadyReleased : LedgerRefusal.IdReused;
        }

        var replaced = request.Replaces is { } id ? _reservations.GetValueOrDefault(id) : null;
        if (request.Replaces is not null && (replaced is null || replaced.Stage != ReservationStage.Held || replaced.Request.Channel != request.Channel))
        {
            return replaced is { Stage: ReservationStage.Released } ? LedgerRefusal.AlreadyReleased : LedgerRefusal.NotReplaceable;
        }

        if (_reservations.Count >= maxAccounts)
        {
            return LedgerRefusal.Full;
        }

        var givenBack = replaced?.Lines.ToDictionary(line => line.Key, line => line.Energy);
        foreach (var line in request.Lines)
        {
            if (line.Key.Period < FirstOpen)
            {
                return LedgerRefusal.PeriodClosed;
            }

            if (!_accounts.TryGetValue(line.Key, out var account))
            {
                return LedgerRefusal.NoCapability;
            }

            var back = givenBack?.GetValueOrDefault(line.Key) ?? Energy.Zero;
            if (line.Energy > Energy.Zero && line.Energy > account.Capability - account.Reserved + back)
            {
                return LedgerRefusal.NotEnoughFree;
            }
        }

        return null;
    }

    // What was promised before stays promised, whether the home can still do it or not.
    private LedgerRefusal? Against(Reservation carried) =>
        _takesCarried && Enum.IsDefined(carried.Stage) && ReservationRequest.IsId(carried.Request.Id) && !_reservations.ContainsKey(carried.Request.Id)
            && AreLines(carried.Request.Lines) && AreLines(carried.Lines)
            ? null : LedgerRefusal.Malformed;

    private LedgerRefusal? Against(ConfirmEntry confirm)
    {
        if (!AreLines(confirm.Sold))
        {
            return LedgerRefusal.Malformed;
        }

        if (!_reservations.TryGetValue(confirm.Id, out var known))
        {
            return LedgerRefusal.UnknownReservation;
        }

        if (known.Stage != ReservationStage.Held)
        {
            return known.Stage == ReservationStage.Released ? LedgerRefusal.AlreadyReleased : LedgerRefusal.IdReused;
        }

        var held = known.Lines.ToDictionary(line => line.Key, line => line.Energy);
        return confirm.Sold.All(line => held.GetValueOrDefault(line.Key) >= line.Energy) ? null : LedgerRefusal.MoreThanHeld;
    }

    private LedgerRefusal? Against(ReleaseEntry release) =>
        !_reservations.TryGetValue(release.Id, out var known) ? LedgerRefusal.UnknownReservation
        : known.Stage == ReservationStage.Released ? LedgerRefusal.AlreadyReleased
        : null;

    private void Declare(HeadroomKey key, Energy capability) =>
        _accounts[key] = _accounts.GetValueOrDefault(key) with { Capability = capability };

    // What a closed period had is gone with its account, so lines of closed periods move nothing any more.
    private void Put(Reservation reservation, ImmutableArray<ReservedEnergy> lines)
    {
        foreach (var line in _reservations.GetValueOrDefault(reservation.Request.Id)?.Lines ?? [])
        {
            Move(line.Key, reservation.Request.Channel, -line.Energy);
        }

        foreach (var line in lines)
        {
            Move(line.Key, reservation.Request.Channel, line.Energy);
        }

        _reservations[reservation.Request.Id] = reservation with { Lines = lines };
    }

    private void Move(HeadroomKey key, ReservationChannel channel, Energy change)
    {
        if (_accounts.TryGetValue(key, out var account))
        {
            _accounts[key] = account.With(channel, change);
        }
    }

    // A reservation that was released is remembered too, as long as its request could come again.
    private void Close(Period firstOpen)
    {
        FirstOpen = firstOpen;
        foreach (var key in _accounts.Keys.Where(key => key.Period < firstOpen).ToList())
        {
            _accounts.Remove(key);
        }

        foreach (var id in _reservations.Values.Where(known => known.Request.Lines.All(line => line.Key.Period < firstOpen)).Select(known => known.Request.Id).ToList())
        {
            _reservations.Remove(id);
        }
    }

    private static bool IsMagnitude(Energy energy) => energy >= Energy.Zero && energy <= ReservationRequest.MaxEnergy;

    private static bool AreLines(ImmutableArray<ReservedEnergy> lines) =>
        !lines.IsDefault && lines.Length <= ReservationRequest.MaxLines
        && lines.All(line => IsMagnitude(line.Energy))
        && lines.Select(line => line.Key).Distinct().Count() == lines.Length;
}
